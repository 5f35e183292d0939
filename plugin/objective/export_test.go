package objective

// Tiles is how many there are.
func (o *Objective) Tiles() int { return len(o.frame.tiles) }
