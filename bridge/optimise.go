package bridge

// Optimise is what impasto optimise has an engine do that it starts for that, in msgpack
// on the engine's standard input. The input's end is the order to stop.
type Optimise struct {
	Encoder    string  `msgpack:"encoder"` // the folder of its package
	Start      string  `msgpack:"start"`   // a style, as in Prepare: the descent starts from its picture of the plate; none is from the plate
	Unrealness float64 `msgpack:"unrealness"`
	Iterations int     `msgpack:"iterations"`
	Seed       uint64  `msgpack:"seed"`
	Plate      Planes  `msgpack:"plate"`
	Painting   Planes  `msgpack:"painting"`
}

// Planes are a picture's red, green and blue, one after the other: sRGB of 0 to 1 in
// float32, little-endian.
type Planes struct {
	Width  int    `msgpack:"width"`
	Height int    `msgpack:"height"`
	Values []byte `msgpack:"values"`
}

// Iteration is what the engine says on its standard output of the start, which is number
// 0, and of every iteration: the parts of the loss. The last one brings the picture.
type Iteration struct {
	Number    int     `msgpack:"number"`
	Style     float64 `msgpack:"style"`
	Content   float64 `msgpack:"content"`
	Variation float64 `msgpack:"variation"`
	Picture   *Planes `msgpack:"picture,omitempty"`
}
