package bridge

import (
	"fmt"
	"math"
)

// ProtocolVersion is exchanged in the greeting. Any change of a message raises it.
const ProtocolVersion = 9

// Unrealness: the least paints as little as the style's network can, the default as the style
// was made.
const (
	MinUnrealness     = -2
	DefaultUnrealness = 4
	MaxUnrealness     = 8
)

// MaxNoise is the most that the noise of a network may be, in parts of what it was made with.
const MaxNoise = 4

// MaxExposure is the limit of an exposure up and down, in stops.
const MaxExposure = 20

// A Kind names a message. Requests go towards the engine, answers come back.
type Kind string

// Every request gets one final answer: Welcome, Done, Pong or Error. Lane
// and Cancel get none.
const (
	KindHello   Kind = "hello"   // request: Hello, first on a control connection
	KindLane    Kind = "lane"    // Lane: one more connection, its socket attached
	KindPrepare Kind = "prepare" // request: Prepare
	KindRender  Kind = "render"  // request: Render
	KindCancel  Kind = "cancel"  // Cancel: the request with this id is not wanted any more
	KindPing    Kind = "ping"    // request: Ping

	KindWelcome  Kind = "welcome"  // answer: Welcome
	KindProgress Kind = "progress" // before the answer, any number of times: Progress
	KindDone     Kind = "done"     // answer: Done
	KindPong     Kind = "pong"     // answer: Pong
	KindError    Kind = "error"    // answer: Error
)

// Hello greets. Both sides close the connection when the protocols differ.
type Hello struct {
	Protocol   int    `msgpack:"protocol"`
	Program    string `msgpack:"program"`    // such as "Impasto.ofx"
	Version    string `msgpack:"version"`    // the sender's release
	Threads    int    `msgpack:"threads"`    // processors that the OFX host grants; 0 is unknown
	Background bool   `msgpack:"background"` // nobody sits in front of it
}

// Welcome answers Hello.
type Welcome struct {
	Protocol int    `msgpack:"protocol"`
	Program  string `msgpack:"program"`
	Version  string `msgpack:"version"`
}

// Lane says that the socket attached to this frame is one more connection.
type Lane struct{}

// Prepare loads a style, so that the first frame costs no set-up.
type Prepare struct {
	Style  string `msgpack:"style"` // Style.ID, or the name alone: whichever version is found
	Device Device `msgpack:"device"`
}

// Render asks for one frame. The output is written into its image before Done is sent;
// what lies there after an Error is unspecified.
type Render struct {
	Style  string `msgpack:"style"`  // as in Prepare
	StyleB string `msgpack:"styleB"` // likewise; of no use where StyleMix is 0
	// 0 is Style alone, 1 StyleB alone; between them both have to be of one network
	StyleMix float64 `msgpack:"styleMix"`
	// how much of the style: MinUnrealness to MaxUnrealness
	Unrealness float64 `msgpack:"unrealness"`
	// how much of the network's noise: 1 is as it was made, MaxNoise the most
	Noise         float64 `msgpack:"noise"`
	Frame         float64 `msgpack:"frame"`         // OFX time, for the log
	Space         string  `msgpack:"space"`         // of plate and output
	Premultiplied bool    `msgpack:"premultiplied"` // plate and output: RGB carries alpha
	// stops that the plate's light is raised by before it is painted
	ExposureIn  float64 `msgpack:"exposureIn"`
	ExposureOut float64 `msgpack:"exposureOut"` // likewise the light of what was painted
	// 0 is the colour of the painting, 1 that of the plate
	KeepColour float64    `msgpack:"keepColour"`
	Mix        float64    `msgpack:"mix"` // 0 is the plate, 1 what is painted of it
	MaskInvert bool       `msgpack:"maskInvert"`
	Size       Size       `msgpack:"size"`
	Statistics Statistics `msgpack:"statistics"`
	// RGBA: the whole picture, also where the output is a part
	Plate Image `msgpack:"plate"`
	// one channel; none is 1 everywhere, outside its window it is 0
	Mask *Image `msgpack:"mask,omitempty"`
	// none where nothing is connected; of use to some styles only
	Painting *Painting `msgpack:"painting,omitempty"`
	Descent  *Descent  `msgpack:"descent,omitempty"` // likewise
	Output   Image     `msgpack:"output"`            // RGBA, in the plate's space
	Device   Device    `msgpack:"device"`
}

// Check says whether the values make sense; the images have a Check of their own.
func (r *Render) Check() error {
	if !(r.StyleMix >= 0 && r.StyleMix <= 1) { // NaN neither
		return fmt.Errorf("style mix %g", r.StyleMix)
	}
	if !(r.Unrealness >= MinUnrealness && r.Unrealness <= MaxUnrealness) {
		return fmt.Errorf("unrealness %g", r.Unrealness)
	}
	if !(r.Noise >= 0 && r.Noise <= MaxNoise) {
		return fmt.Errorf("noise %g", r.Noise)
	}
	if err := checkSpace(r.Space); err != nil {
		return err
	}
	for _, stops := range []float64{r.ExposureIn, r.ExposureOut} {
		if !(math.Abs(stops) <= MaxExposure) {
			return fmt.Errorf("exposure %g", stops)
		}
	}
	if !(r.KeepColour >= 0 && r.KeepColour <= 1) {
		return fmt.Errorf("keep colour %g", r.KeepColour)
	}
	if err := r.Size.check(); err != nil {
		return err
	}
	if r.Descent != nil {
		if err := r.Descent.check(); err != nil {
			return err
		}
	}
	if w := r.Statistics.Window; w != nil {
		if err := w.check(); err != nil {
			return fmt.Errorf("statistics: %w", err)
		}
	}
	if r.Painting != nil {
		if err := checkSpace(r.Painting.Space); err != nil {
			return fmt.Errorf("painting: %w", err)
		}
	}
	return r.Device.Check()
}

// Device says what a network is to run on.
type Device struct {
	Kind  string `msgpack:"kind"`
	Index int    `msgpack:"index"` // of the GPUs that there are, from 0
	// in bits, 32 or 16; 0: 16 where the device is good at it
	Precision int `msgpack:"precision"`
	// in megabytes, of all engines of this user together; 0: what the machine can spare
	Memory int `msgpack:"memory"`
}

// Kinds of devices.
const (
	DeviceAuto = "auto" // a GPU, or else the CPU; the CPU in the background
	DeviceGPU  = "gpu"  // or nothing
	DeviceCPU  = "cpu"
)

// MaxDevice is how many GPUs can be told apart, and MaxMemory how many megabytes can be asked
// for.
const (
	MaxDevice = 64
	MaxMemory = 1 << 20
)

// Check says whether the values make sense.
func (d *Device) Check() error {
	switch {
	case d.Kind != DeviceAuto && d.Kind != DeviceGPU && d.Kind != DeviceCPU:
		return fmt.Errorf("device %q", d.Kind)
	case d.Index < 0 || d.Index >= MaxDevice:
		return fmt.Errorf("GPU %d", d.Index)
	case d.Precision != 0 && d.Precision != 16 && d.Precision != 32:
		return fmt.Errorf("a precision of %d bits", d.Precision)
	case d.Memory < 0 || d.Memory > MaxMemory:
		return fmt.Errorf("%d MB of memory", d.Memory)
	}
	return nil
}

// Size says how large a plate is for a network, and by that how large the strokes are on
// it: they have a size of their own, in pixels of the picture that the network works on.
type Size struct {
	// the plate's pixels for one of the full-resolution frame, across and up
	Scale [2]float64 `msgpack:"scale"`
	// the width of a pixel of the full-resolution frame, of which the height is 1
	PixelAspect float64 `msgpack:"pixelAspect"`
	// the size that the network works at, of the full-resolution frame with square pixels
	Detail       float64 `msgpack:"detail"`
	TextureScale float64 `msgpack:"textureScale"` // how much larger the strokes are

	// Format is the frame that the plate lies in, whatever there is of it: x1, y1, x2, y2, in
	// pixels of the plate, of which a proxy's are parts. None: nobody knows, and it is the plate.
	Format *[4]float64 `msgpack:"format,omitempty"`
}

// The ranges leave room around what hosts and parameters have.
func (s *Size) check() error {
	for _, v := range []struct {
		name            string
		value, min, max float64
	}{
		{"scale", s.Scale[0], 1e-3, 1e3}, {"scale", s.Scale[1], 1e-3, 1e3},
		{"pixel aspect", s.PixelAspect, 1e-2, 1e2},
		{"detail", s.Detail, 1e-2, 10}, {"texture scale", s.TextureScale, 1e-2, 1e2},
	} {
		if !(v.value >= v.min && v.value <= v.max) { // NaN neither
			return fmt.Errorf("%s %g", v.name, v.value)
		}
	}
	if f := s.Format; f != nil {
		for _, v := range f {
			if !(math.Abs(v) <= maxCoordinate) {
				return fmt.Errorf("format %v", *f)
			}
		}
		if !(f[0] < f[2] && f[1] < f[3]) {
			return fmt.Errorf("format %v", *f)
		}
	}
	return nil
}

// Descent says how a plate is optimised, for styles that do that.
type Descent struct {
	Iterations int `msgpack:"iterations"` // 1 to MaxIterations
	// the part of the painting, of its width and height, y up: x1, y1, x2, y2; where those are not
	// in order there is nothing to be painted
	TextureCrop [4]float64 `msgpack:"textureCrop"`
	Seed        int        `msgpack:"seed"` // of the grain that even areas start from
	// the painting is compared with what the mask shows, which is then of the whole plate
	MatchMask bool `msgpack:"matchMask"`
	// Done.Kept of the frame before, whose picture it starts from; none starts from the plate
	After []byte `msgpack:"after,omitempty"`
}

// KeptBytes is how long the name of a picture is.
const KeptBytes = 72

// DefaultIterations is how many there are where nothing else is said, MaxIterations how many at the
// most. MaxSeed is the last seed, of those from 0 on.
const (
	DefaultIterations = 256
	MaxIterations     = 1000
	MaxSeed           = 1_000_000
)

func (d *Descent) check() error {
	if d.Iterations < 1 || d.Iterations > MaxIterations {
		return fmt.Errorf("%d iterations", d.Iterations)
	}
	for _, v := range d.TextureCrop {
		if !(v >= 0 && v <= 1) { // NaN neither
			return fmt.Errorf("texture crop %v", d.TextureCrop)
		}
	}
	if len(d.After) != 0 && len(d.After) != KeptBytes {
		return fmt.Errorf("a frame before that is called %x", d.After)
	}
	return nil
}

// Statistics says of what the norms are made, for networks that make them of the frame.
type Statistics struct {
	// the part of the frame, in pixels of the plate; none is all of it
	Window *Window `msgpack:"window,omitempty"`
	// RGBA: another frame of the shot, of which they are; none is this one
	Held *Image `msgpack:"held,omitempty"`
}

// Painting is a picture that a style is to be taken from, on the node's Style input.
type Painting struct {
	Space         string `msgpack:"space"`
	Premultiplied bool   `msgpack:"premultiplied"`
	Image         Image  `msgpack:"image"` // RGBA
}

// Image is a rectangle of interleaved float32 pixels. Row 0 is the lowest one, as in OFX.
type Image struct {
	Window   Window `msgpack:"window"`
	Channels int    `msgpack:"channels"` // 4: RGBA; 1: mask
	RowBytes int    `msgpack:"rowBytes"`
	Offset   int    `msgpack:"offset"` // of row 0 in the attached memory; 0 when inline
	// inline: RowBytes × height; absent in an output that is asked for
	Pixels []byte `msgpack:"pixels,omitempty"`
}

// Cancel ends the request that has this message's id.
type Cancel struct{}

// Ping asks whether anybody is there; it is answered also while renders run.
type Ping struct{}

// Pong answers Ping.
type Pong struct{}

// Progress is sent while a request is under way.
type Progress struct {
	Fraction float64 `msgpack:"fraction"` // 0 to 1, never falling
	Stage    string  `msgpack:"stage"`    // for the artist: "loading Great Wave", "painting"
}

// Done answers Prepare and Render.
type Done struct {
	// for the artist, what the network runs on, and why on nothing better: "the CPU, 8 threads"
	Device  string  `msgpack:"device"`
	Cached  bool    `msgpack:"cached"`           // nothing was painted: the picture was kept
	Timings Timings `msgpack:"timings"`          //
	Pixels  []byte  `msgpack:"pixels,omitempty"` // the output of an inline request
	// the name of a picture that was optimised, of KeptBytes
	Kept []byte `msgpack:"kept,omitempty"`
	// a sentence for the artist, who may expect another picture
	Warning string `msgpack:"warning,omitempty"`
	// of Prepare: the style as sentences name it, by its label
	Style string `msgpack:"style,omitempty"`
}

// Timings are the engine's, in microseconds.
type Timings struct {
	Load       int64 `msgpack:"load"`       // style and session, where they were not there yet
	Wait       int64 `msgpack:"wait"`       // for the device
	ConvertIn  int64 `msgpack:"convertIn"`  // plate to network, hashing included
	Run        int64 `msgpack:"run"`        // the network
	ConvertOut int64 `msgpack:"convertOut"` // network to output, blend included
	Total      int64 `msgpack:"total"`      // from the request's arrival to Done
}

// Error answers any request that failed.
type Error struct {
	Code    Code   `msgpack:"code"`
	Message string `msgpack:"message"` // one sentence for the artist: what, where, what to do
	Cause   string `msgpack:"cause"`   // for the log
}

// Code tells programs apart what Error.Message tells people.
type Code string

const (
	CodeCancelled Code = "cancelled" // somebody sent Cancel
	CodeRequest   Code = "request"   // the message makes no sense
	CodeStyle     Code = "style"     // the style is missing, differs, is broken or needs a painting
	CodeEngine    Code = "engine"    // the engine cannot be started, or died on this frame
	CodeMemory    Code = "memory"    // not enough memory for this frame
	CodeRender    Code = "render"    // the network failed
	CodeDevice    Code = "device"    // the device that was chosen cannot be used, or failed
)

func (e *Error) Error() string {
	if e.Cause == "" {
		return e.Message
	}
	return e.Message + " (" + e.Cause + ")"
}
