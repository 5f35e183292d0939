package onnx

import (
	"errors"
	"fmt"
)

// maxTiles is how many tiles there may be across, and down.
const maxTiles = 64

// Cut cuts a picture into tiles of that many pixels at the most: those that have the least
// in common. There are none where all that can be are larger.
func Cut(pieces func(axis, length, count int) ([]Piece, error), width, height,
	most int) (columns, rows []Piece, err error) {
	least := 0
	for across := 1; across <= maxTiles; across++ {
		x, err := pieces(1, width, across)
		if err != nil {
			return nil, nil, err
		}
		sum, wide := lengths(x)
		if least > 0 && sum*height >= least {
			break // and so would more of them be
		}
		for down := max(wide*height/max(most, 1), 1); down <= maxTiles; down++ {
			y, err := pieces(0, height, down)
			if err != nil {
				return nil, nil, err
			}
			all, high := lengths(y)
			if wide*high > most {
				continue
			}
			if area := sum * all; least == 0 || area < least {
				columns, rows, least = x, y, area
			}
			break
		}
	}
	return columns, rows, nil
}

// lengths are that of all pieces, and that of the longest.
func lengths(pieces []Piece) (sum, most int) {
	for _, p := range pieces {
		sum, most = sum+p.To-p.From, max(most, p.To-p.From)
	}
	return sum, most
}

// Piece is a run of a picture's rows or columns that goes into the graph, and its core,
// which comes out of it as it does of the whole.
type Piece struct {
	From, To         int
	CoreFrom, CoreTo int
	edges            edges
}

// Pieces cuts a picture's height (axis 0) or width (1) into cores of about the same size,
// and gives each what it needs around itself. They come to the whole.
func (f *Field) Pieces(axis, length, count int) ([]Piece, error) {
	return f.whole.Pieces(axis, length, count)
}

// Pieces are those for a part of the graph.
func (v *View) Pieces(axis, length, count int) ([]Piece, error) {
	return v.pieces(axis, Piece{To: length, CoreTo: length, edges: edges{true, true}}, count)
}

// Halves cuts a piece in two, as pieces of what went into it; one that is too small stays.
func (f *Field) Halves(axis int,
	p Piece) ([]Piece, error) {
	return f.whole.pieces(axis, p.Local(), 2)
}

// Local is a piece as one of what went into it.
func (p Piece) Local() Piece {
	return Piece{To: p.To - p.From, CoreFrom: p.CoreFrom - p.From, CoreTo: p.CoreTo - p.From,
		edges: p.edges}
}

func (v *View) pieces(axis int, of Piece, count int) ([]Piece, error) {
	length := (of.CoreTo - of.CoreFrom + count - 1) / count
	length = (length + v.Grid - 1) / v.Grid * v.Grid
	var all []Piece
	for from := of.CoreFrom; from < of.CoreTo; from += length {
		p, err := v.piece(axis, of, from, min(from+length, of.CoreTo))
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// piece is the smallest that has a core.
func (v *View) piece(axis int, of Piece, coreFrom, coreTo int) (Piece, error) {
	whole, err := v.trace(axis, of.To, of.edges)
	if err != nil {
		return Piece{}, err
	}
	p := Piece{From: coreFrom / v.Grid * v.Grid, CoreFrom: coreFrom, CoreTo: coreTo}
	up := func(n int) int { return (n + v.Grid - 1) / v.Grid * v.Grid }
	p.To = p.From + v.Grid
	for {
		p.To = min(p.From+up(p.To-p.From), of.To)
		p.edges = edges{of.edges.first && p.From == 0, of.edges.last && p.To == of.To}
		r, err := v.trace(axis, p.To-p.From, p.edges)
		if err != nil && !errors.Is(err, errSmall) {
			return p, err
		}
		// What the cores of the outputs lack at both ends, in pixels of the picture.
		before, after := 0, 0
		if err != nil {
			before, after = p.To-p.From, p.To-p.From
		}
		for _, o := range v.outputs {
			if err == nil {
				q := v.part(axis, p, of, o, r[o].size, whole[o].size)
				times, by := v.planes[o].times[axis], v.planes[o].by[axis]
				before = max(before, ceil((r[o].from-(q.CoreFrom-q.From))*by, times))
				after = max(after, ceil((q.CoreTo-q.From-r[o].to)*by, times))
			}
		}
		switch {
		case before == 0 && after == 0:
			return p, nil
		case after > 0 && p.To < of.To:
			p.To = min(p.To+up(after), of.To)
			if before > 0 && err == nil {
				p.From = max(p.From-up(before), 0)
			}
		case p.From > 0:
			p.From = max(p.From-up(max(before, after)), 0)
		case err != nil:
			return p, err
		default:
			return p, fmt.Errorf("of %d rows or columns some never come out", of.To)
		}
	}
}
