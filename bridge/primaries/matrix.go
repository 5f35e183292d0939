package primaries

// Matrix is what light is multiplied by.
type Matrix [3][3]float32

// Times gives the product.
func (m *Matrix) Times(r, g, b float32) (float32, float32, float32) {
	return m[0][0]*r + m[0][1]*g + m[0][2]*b,
		m[1][0]*r + m[1][1]*g + m[1][2]*b,
		m[2][0]*r + m[2][1]*g + m[2][2]*b
}

// One changes nothing.
var One = Matrix{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}

// mat and vec are what a Matrix is made of.
type (
	mat [3]vec
	vec [3]float64
)

func diagonal(v vec) mat { return mat{{v[0], 0, 0}, {0, v[1], 0}, {0, 0, v[2]}} }

func (m mat) apply(v vec) (to vec) {
	for i, row := range m {
		to[i] = row[0]*v[0] + row[1]*v[1] + row[2]*v[2]
	}
	return to
}

func (m mat) mul(n mat) (to mat) {
	for i := range 3 {
		for j := range 3 {
			to[i][j] = m[i][0]*n[0][j] + m[i][1]*n[1][j] + m[i][2]*n[2][j]
		}
	}
	return to
}

// inverse is by cofactors.
func (m mat) inverse() (to mat) {
	cofactor := func(i, j int) float64 {
		a, b, c, d := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return m[a][c]*m[b][d] - m[a][d]*m[b][c]
	}
	det := m[0][0]*cofactor(0, 0) + m[0][1]*cofactor(0, 1) + m[0][2]*cofactor(0, 2)
	for i := range 3 {
		for j := range 3 {
			to[j][i] = cofactor(i, j) / det
		}
	}
	return to
}
