package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"impasto.net/render/picture"
)

// canWrite finds out whether a picture can be written, before there is one, and makes its folder.
func canWrite(path string) error {
	if err := picture.CanWrite(path); err != nil {
		return err
	}
	return canCreate(path)
}

// canCreate finds out whether a file can be made or replaced, and makes its folder.
func canCreate(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("the folder of %s cannot be made: %w", path, err)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder", path)
	}
	if err := unix.Access(folder, unix.W_OK|unix.X_OK); err != nil {
		return fmt.Errorf("nothing can be written into the folder %s: %w", folder, err)
	}
	return nil
}

// isFolder says whether a path means a folder, that is there or not: pictures have an ending.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return strings.HasSuffix(path, "/") || filepath.Ext(path) == "" || err == nil && info.IsDir()
}

// exists says whether a file is there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
