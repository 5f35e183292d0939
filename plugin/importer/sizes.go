package importer

import (
	"context"
	"errors"
	"fmt"

	"impasto.net/plugin/network"
	"impasto.net/plugin/style"
)

// sizeRule is what a network's pictures have to be.
type sizeRule struct {
	multipleOf, minimum int
}

// findRule tries sizes until it knows the rule. The picture of every size that is good has
// to come out in the same size.
func findRule(try func(width, height int) (network.Tensor, error)) (sizeRule, error) {
	good := func(width, height int) error {
		o, err := try(width, height)
		if err == nil && (o.Shape[2] != int64(height) || o.Shape[3] != int64(width)) {
			err = errSize(width, height, o)
		}
		return err
	}
	var first error
	for _, m := range []int{1, 2, 4, 8, 16, 32, 64} {
		// The nearest above 120 and 136 that are odd multiples, so that no larger
		// number is one that they are multiples of.
		width, height := odd(136, m), odd(120, m)
		err := good(width, height)
		if err == nil && width != height {
			err = good(height, width)
		}
		if _, no := errors.AsType[loadError](err); no || errors.Is(err, errLate) ||
			errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return sizeRule{}, err // the others would do no better, or are not wanted
		}
		if first == nil {
			first = err
		}
		if err != nil {
			continue
		}
		for _, minimum := range []int{32, 48, 64, 96} {
			side := (minimum + m - 1) / m * m
			if good(side, side) == nil {
				return sizeRule{m, side}, nil
			}
		}
		return sizeRule{m, height}, nil
	}
	return sizeRule{}, first
}

// errSize is of a picture that comes out in another size.
func errSize(width, height int, o network.Tensor) error {
	return fmt.Errorf("a picture of %d × %d pixels comes out as %d × %d, and Impasto needs it to "+
		"keep its size", width, height, o.Shape[3], o.Shape[2])
}

// trialSize is a size that is good for an input, and not a square where it need not be.
func trialSize(in *style.Input) (width, height int) {
	if in.Size != nil {
		return in.Size[0], in.Size[1]
	}
	return odd(max(136, in.Minimum), in.MultipleOf), odd(max(120, in.Minimum), in.MultipleOf)
}

// odd is the least odd multiple of m that is not under n.
func odd(n, m int) int {
	k := (n + m - 1) / m
	return (k | 1) * m
}
