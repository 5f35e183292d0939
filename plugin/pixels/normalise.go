package pixels

// Normalise takes a mean and divides by a deviation, each of three planes; nil is none.
func Normalise(workers int, mean, std *[3]float64, planes []float32) {
	if mean == nil && std == nil {
		return
	}
	m, d := [3]float64{}, [3]float64{1, 1, 1}
	if mean != nil {
		m = *mean
	}
	if std != nil {
		d = *std
	}
	n := len(planes) / 3
	for c := range 3 {
		Affine(workers, planes[c*n:(c+1)*n], float32(1/d[c]), float32(-m[c]/d[c]))
	}
}
