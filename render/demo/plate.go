package main

import "math"

// colour is scene-linear, with the Rec. 709 primaries.
type colour [3]float64

func (c colour) mix(d colour, t float64) colour {
	return colour{lerp(c[0], d[0], t), lerp(c[1], d[1], t), lerp(c[2], d[2], t)}
}

func (c colour) scale(s float64) colour     { return colour{c[0] * s, c[1] * s, c[2] * s} }
func (c colour) add(d colour) colour        { return colour{c[0] + d[0], c[1] + d[1], c[2] + d[2]} }
func (c colour) times(d colour) colour      { return colour{c[0] * d[0], c[1] * d[1], c[2] * d[2]} }
func distance(x, y, cx, cy float64) float64 { return math.Hypot(x-cx, y-cy) }
func gauss(d, width float64) float64        { return math.Exp(-d * d / (2 * width * width)) }

// A lake among hills, an hour before sunset, and a balloon that drifts across. Coordinates: y from
// 0 at the bottom to 1 at the top, x from 0 to the aspect ratio; t from 0 to 1 over the shot.
const (
	shore = 0.30 // height of the water line
	sunX  = 1.25
	sunY  = 0.60
)

var (
	zenith  = colour{0.045, 0.11, 0.30}
	horizon = colour{0.62, 0.36, 0.20}
	sunTint = colour{1.0, 0.72, 0.42}
	haze    = colour{0.42, 0.30, 0.26}
)

// scene is what the camera sees at a point.
func scene(x, y, t float64) colour {
	c := land(x, y, t)
	if y < shore {
		c = water(x, y, t)
	}
	return balloon(c, x, y, t)
}

func sky(x, y, t float64) colour {
	height := smoothstep(shore, 1.05, y)
	c := horizon.mix(zenith, math.Pow(height, 0.6))
	d := distance(x, y, sunX, sunY)
	c = c.add(sunTint.scale(0.8*gauss(d, 0.07) + 0.30*gauss(d, 0.26)))
	// Clouds are flat and long; their edges towards the sun shine.
	u, v := 1.6*x+0.35*t, 4.2*y
	thick := fbm(u, v, 6, 11)
	density := smoothstep(0.46, 0.70, thick)
	if density > 0 {
		lit := smoothstep(-0.06, 0.10, thick-fbm(u+0.06, v-0.05, 5, 11))
		cloud := colour{0.22, 0.19, 0.27}.mix(colour{1.25, 0.78, 0.50}, lit*(0.35+gauss(d, 0.5)))
		c = c.mix(cloud, 0.9*density*smoothstep(shore, shore+0.12, y))
	}
	// The disc itself is far above white, and clouds cover it.
	return c.add(sunTint.scale(42 * smoothstep(0.040, 0.036, d) * (1 - 0.8*density)))
}

// ridges are the hills, far to near: where they stand, how they are cut, what colour they have.
var ridges = []struct {
	base, height, detail, pan float64
	seed                      int32
	tint                      colour
}{
	{0.42, 0.40, 1.5, 0.03, 31, colour{0.20, 0.20, 0.34}},
	{0.35, 0.24, 2.6, 0.07, 47, colour{0.13, 0.17, 0.15}},
	{0.30, 0.15, 4.3, 0.14, 71, colour{0.06, 0.11, 0.04}},
}

func land(x, y, t float64) colour {
	// What a nearer ridge covers need not be made.
	var cover [3]float64
	first := -1
	for i := len(ridges) - 1; i >= 0 && first < 0; i-- {
		r := ridges[i]
		if y > r.base+0.62*r.height {
			continue // above its highest peak
		}
		top := r.base + r.height*(fbm((x+r.pan*t)*r.detail, 0.5, 6, r.seed)-0.38)
		cover[i] = smoothstep(top+0.0015, top-0.0015, y)
		if cover[i] == 1 {
			first = i
		}
	}
	var c colour
	if first < 0 {
		c = sky(x, y, t)
	}
	for i := max(first, 0); i < len(ridges); i++ {
		if cover[i] > 0 {
			c = c.mix(slope(i, x, y, t), cover[i])
		}
	}
	return c
}

// slope is a ridge's ground: rock and meadow in patches, lit from the sun's side, with
// haze at the foot of what is far.
func slope(ridge int, x, y, t float64) colour {
	r := ridges[ridge]
	u := x + r.pan*t
	near := 1 + float64(ridge)
	patch := fbm(9*u*near, 14*y*near, 5, r.seed+9)
	lit := fbm(7*u, 9*y, 4, r.seed+5) - fbm(7*u+0.25, 9*y+0.2, 4, r.seed+5)
	ground := r.tint.scale(0.3 + 1.3*patch).add(sunTint.times(r.tint).scale(9 * max(lit, 0)))
	return ground.mix(haze, gauss(y-shore, 0.07)*0.22*float64(2-ridge))
}

// water mirrors the land, pulled apart by ripples that grow towards the viewer.
func water(x, y, t float64) colour {
	near := (shore - y) / shore
	u, v := 14*x/(0.3+near), 9/(0.06+near)
	ripple := fbm(u+1.5*t, v-6*t, 4, 91) - 0.5
	mirror := land(x+0.02*ripple, 2*shore-y+(0.02+0.10*near)*math.Abs(ripple)+0.002, t)
	c := mirror.times(colour{0.62, 0.70, 0.74}).mix(colour{0.02, 0.07, 0.10}, 0.15+0.30*near)
	// The sun's path glitters, in points above white.
	path := gauss(x-sunX-0.05*ripple, 0.05+0.16*near)
	glitter := smoothstep(0.60, 0.80, fbm(3*u+2*t, 2.2*v-9*t, 3, 123))
	return c.add(sunTint.scale(path * (0.2 + 8*glitter)))
}

// balloon is a striped ball with a basket, lit from the sun's side.
func balloon(behind colour, x, y, t float64) colour {
	cx, cy := balloonAt(t)
	const radius = 0.105
	dx, dy := (x-cx)/radius, (y-cy)/radius
	// The envelope narrows downwards.
	narrow := 1.0
	if dy < 0 {
		narrow = 1 - 0.42*dy*dy
	}
	d := math.Hypot(dx/narrow, dy/1.12)
	if cover := smoothstep(1.01, 0.99, d); cover > 0 {
		z := math.Sqrt(max(1-d*d, 0))
		longitude := math.Atan2(dx/narrow, z+1e-9)
		stripe := colour{0.75, 0.08, 0.05}
		if int(math.Floor((longitude+0.3)/(math.Pi/7)))%2 == 0 {
			stripe = colour{0.92, 0.62, 0.16}
		}
		if dy > -0.12 && dy < 0.14 {
			stripe = colour{0.85, 0.82, 0.74}
		}
		light := 0.18 + 0.85*max(0, 0.80*dx/narrow+0.25*dy+0.45*z)
		behind = behind.mix(stripe.scale(light), cover)
	}
	// Ropes and basket.
	if dy < -1.0 && dy > -1.55 {
		spread := 0.22 + 0.25*(dy+1.55)
		rope := smoothstep(0.030, 0.010, math.Abs(math.Abs(dx)-spread))
		behind = behind.mix(colour{0.05, 0.04, 0.03}, rope)
	}
	basket := smoothstep(0.24, 0.21, math.Abs(dx)) * smoothstep(0.17, 0.14, math.Abs(dy+1.66))
	return behind.mix(colour{0.16, 0.09, 0.04}, basket)
}

func balloonAt(t float64) (x, y float64) {
	return 0.42 + 0.34*t, 0.66 + 0.05*math.Sin(2.4*t)
}

// matte is the demo's mask: a soft edge that wipes from right to left, and a hold-out
// around the balloon, which stays as it was shot.
func matte(x, y, t, aspect float64) float64 {
	edge := aspect*1.12 - 1.25*aspect*t
	wipe := smoothstep(edge-0.12, edge+0.12, x+0.22*(y-0.5))
	cx, cy := balloonAt(t)
	hold := smoothstep(0.13, 0.23, math.Hypot((x-cx)/0.95, (y-cy+0.03)/1.25))
	return wipe * hold
}
