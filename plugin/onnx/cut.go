package onnx

// maxTiles is how many tiles there may be across, and down.
const maxTiles = 64

// Cut cuts a picture into tiles of that many pixels at the most: those that have the least
// in common. There are none where all that can be are larger.
func Cut(pieces func(axis, length, count int) ([]Piece, error), width, height, most int) (columns, rows []Piece, err error) {
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
