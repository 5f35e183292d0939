package picture

import (
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Writable are the endings of the names of what is written, as sentences have them.
const Writable = ".exr, .png, .jpg, .tif or .dpx"

const readable = "a picture that Impasto reads: OpenEXR, PNG, JPEG, TIFF, DPX, BMP or WebP"

// reader is a format by what its files begin with; a ? is any byte.
type reader struct {
	start   string
	read    func(*os.File, Source) (*Image, error)
	display func(*os.File, Source) (image.Rectangle, error)
}

var readers = []reader{
	{"v/1\x01", readEXR, displayEXR},
	{"\x89PNG", flat(pngDecoder.read), pngDecoder.display},
	{"\xff\xd8", flat(jpegDecoder.read), jpegDecoder.display},
	{"BM", flat(bmpDecoder.read), bmpDecoder.display},
	{"II*\x00", flat(readTIFF), displayTIFF},
	{"MM\x00*", flat(readTIFF), displayTIFF},
	{"II+\x00", flat(readTIFF), displayTIFF}, // of more than 4 GB
	{"MM\x00+", flat(readTIFF), displayTIFF},
	{"SDPX", flat(readDPX), displayDPX},
	{"XPDS", flat(readDPX), displayDPX},
	{"RIFF????WEBP", flat(webpDecoder.read), webpDecoder.display},
}

// flat is for formats without layers.
func flat(read func(*os.File, Source) (*Image, error)) func(*os.File, Source) (*Image, error) {
	return func(f *os.File, s Source) (*Image, error) {
		if s.Layer != "" {
			return nil, refusal("only OpenEXR files have layers")
		}
		return read(f, s)
	}
}

func readerOf(start string) *reader {
	for i := range readers {
		if begins(start, readers[i].start) {
			return &readers[i]
		}
	}
	return nil
}

func begins(start, with string) bool {
	if len(start) < len(with) {
		return false
	}
	for i := range len(with) {
		if with[i] != '?' && with[i] != start[i] {
			return false
		}
	}
	return true
}

// format is what is written under an ending.
type format struct {
	write    func(*os.File, *Image) error
	whole    func(f *os.File, size int64) (display image.Rectangle, err error)
	windowed bool
}

var formats = map[string]format{
	".exr":  {writeEXR, wholeEXR, true},
	".png":  {inRec709(writePNG), wholePNG, false},
	".jpg":  {inRec709(writeJPEG), wholeJPEG, false},
	".jpeg": {inRec709(writeJPEG), wholeJPEG, false},
	".tif":  {inRec709(writeTIFF), wholeTIFF, false},
	".tiff": {inRec709(writeTIFF), wholeTIFF, false},
	".dpx":  {inRec709(writeDPX), wholeDPX, false},
}

// inRec709 is for formats that are sRGB.
func inRec709(write func(*os.File, *Image) error) func(*os.File, *Image) error {
	return func(f *os.File, im *Image) error {
		im, err := im.In(linearRec709)
		if err != nil {
			return err
		}
		return write(f, im)
	}
}

func formatOf(path string) (f format, known bool) {
	f, known = formats[strings.ToLower(filepath.Ext(path))]
	return f, known
}

// movies are what files of several frames begin with.
var movies = []string{
	"????ftyp", "????moov", "????mdat", "????wide", "????free", "????skip", // QuickTime, MP4
	"\x1a\x45\xdf\xa3", "RIFF????AVI ", "\x06\x0e\x2b\x34", // Matroska and WebM, AVI, MXF
	"\x00\x00\x01\xba", "\x00\x00\x01\xb3", "G@", // MPEG's program, video and transport streams
	"\x30\x26\xb2\x75", "FLV\x01", "OggS", "????RED1", "????RED2", // WMV, Flash, Ogg, R3D
}

// stills are pictures in the boxes of a movie: HEIC, AVIF and Canon's CR3.
var stills = []string{"????ftyphei", "????ftypmif1", "????ftypavif", "????ftypcrx"}

func isMovie(start string) bool {
	is := func(m string) bool { return begins(start, m) }
	return slices.ContainsFunc(movies, is) && !slices.ContainsFunc(stills, is)
}

func isMovieName(path string) bool {
	return slices.Contains([]string{".mov", ".mp4", ".m4v", ".mkv", ".webm", ".avi", ".mxf", ".mpg",
		".mpeg", ".wmv", ".ts", ".flv", ".ogv", ".r3d"},
		strings.ToLower(filepath.Ext(path)))
}

// framesOf names frames as the movie is called.
func framesOf(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".%04d.png"
}
