package main

import (
	"fmt"
	"path/filepath"

	"impasto.net/render/picture"
	"impasto.net/render/sheet"
)

// writeSheet lays pictures of one size out in columns, row by row, with their names.
func writeSheet(out string, columns int, paths []string) error {
	labels := make([]string, len(paths))
	for i, path := range paths {
		labels[i] = filepath.Base(path)
	}
	var s *sheet.Sheet
	for i, path := range paths {
		im, err := picture.Read(path)
		if err != nil {
			return err
		}
		if s == nil {
			size := im.DataWindow.Size()
			if s, err = sheet.New(columns, size.X, size.Y, labels); err != nil {
				return err
			}
		}
		if err := s.Put(i, im); err != nil {
			return fmt.Errorf("%s has %w", path, err)
		}
	}
	return picture.Write(out, s.Image)
}
