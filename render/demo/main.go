// Demo makes what `make demo` needs and the repository should not carry: a moving plate
// with a mask, and a contact sheet of frames.
//
//	demo plate FOLDER FRAMES WIDTH HEIGHT
//	demo sheet OUT.png COLUMNS PICTURE...
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 5 && args[0] == "plate":
		numbers, err := positive(args[2:])
		if err != nil {
			return err
		}
		return writePlate(args[1], numbers[0], numbers[1], numbers[2])
	case len(args) >= 4 && args[0] == "sheet":
		columns, err := positive(args[2:3])
		if err != nil {
			return err
		}
		return writeSheet(args[1], columns[0], args[3:])
	}
	return fmt.Errorf("usage: demo plate FOLDER FRAMES WIDTH HEIGHT or demo sheet OUT.png " +
		"COLUMNS PICTURE...")
}

func positive(words []string) ([]int, error) {
	numbers := make([]int, len(words))
	for i, w := range words {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is not a number above 0", w)
		}
		numbers[i] = n
	}
	return numbers, nil
}
