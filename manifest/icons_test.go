package manifest

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the icons and the golden files anew")

func TestTheIconsAreAsDrawn(t *testing.T) {
	for name, want := range map[string]*image.NRGBA{fileColour: drawColourIcon(), fileOutline: drawOutlineIcon()} {
		if *update {
			var b bytes.Buffer
			if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, want); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Bounds() != want.Bounds() {
			t.Fatalf("%s: %s, want %s", name, got.Bounds(), want.Bounds())
		}
		for y := range want.Bounds().Dy() {
			for x := range want.Bounds().Dx() {
				gr, gg, gb, ga := got.At(x, y).RGBA()
				wr, wg, wb, wa := want.At(x, y).RGBA()
				if gr != wr || gg != wg || gb != wb || ga != wa {
					t.Fatalf("%s: pixel %d,%d is not as drawn; run go generate ./manifest", name, x, y)
				}
			}
		}
	}
}

var (
	blue  = color.NRGBA{0x24, 0x52, 0x7A, 0xFF} // accent
	white = color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
	amber = color.NRGBA{0xF0, 0x9A, 0x00, 0xFF}
)

// shape is the signed distance of a point to an edge, negative inside. The mark is
// drawn on a field of 32 by 32, y growing downwards.
type shape func(x, y float64) float64

// The mark: somebody speaks, and what they say goes up a ladder.
var (
	speechBubble = union(roundedRectangle(1, 2, 31, 25, 5), rightTriangle(7, 31, 20, 20))
	rails        = union(rectangle(10, 6, 12, 21), rectangle(20, 6, 22, 21))
	lowerRungs   = union(rectangle(10, 12, 22, 14), rectangle(10, 16, 22, 18))
	topRung      = rectangle(10, 8, 22, 10) // where the challenge goes
)

// drawColourIcon draws the colour icon: the mark on a ground of the accent.
func drawColourIcon() *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, colourSize, colourSize))
	paintShape(picture, blue, 1, 0, 0, func(float64, float64) float64 { return -1 })
	// The ground keeps a margin: Teams rounds the corners or cuts a circle.
	const scale, left, top = 4.0, 32.0, 31.0
	paintShape(picture, white, scale, left, top, speechBubble)
	paintShape(picture, blue, scale, left, top, union(rails, lowerRungs))
	paintShape(picture, amber, scale, left, top, intersection(topRung, rectangle(12, 0, 20, 32)))
	paintShape(picture, blue, scale, left, top, intersection(topRung, union(rectangle(10, 0, 12, 32), rectangle(20, 0, 22, 32))))
	return picture
}

// drawOutlineIcon draws the outline icon: the mark in white lines.
func drawOutlineIcon() *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, outlineSize, outlineSize))
	paintShape(picture, white, 1, 0, 0, union(innerOutline(speechBubble, 2), rails, lowerRungs, topRung))
	return picture
}

// paintShape lays a shape in one colour over a picture, its edges smoothed.
func paintShape(picture *image.NRGBA, c color.NRGBA, scale, left, top float64, s shape) {
	b := picture.Bounds()
	for py := b.Min.Y; py < b.Max.Y; py++ {
		for px := b.Min.X; px < b.Max.X; px++ {
			hit := countCovered(func(x, y float64) float64 {
				return scale * s((float64(px)+x-left)/scale, (float64(py)+y-top)/scale)
			})
			picture.SetNRGBA(px, py, blendColour(picture.NRGBAAt(px, py), c, hit, samplesPerSide*samplesPerSide))
		}
	}
}

const samplesPerSide = 8 // each way, a pixel

// countCovered counts the samples of one pixel, from 0 to 1 each way, that a shape covers.
func countCovered(s shape) int {
	const halfDiagonal = 0.75 // and a little more
	switch middle := s(0.5, 0.5); {
	case middle > halfDiagonal:
		return 0
	case middle < -halfDiagonal:
		return samplesPerSide * samplesPerSide
	}
	hit := 0
	for i := range samplesPerSide * samplesPerSide {
		if s((float64(i%samplesPerSide)+0.5)/samplesPerSide, (float64(i/samplesPerSide)+0.5)/samplesPerSide) < 0 {
			hit++
		}
	}
	return hit
}

// blendColour lays a colour that covers part of whole over another. What lies below is
// either opaque or nothing.
func blendColour(below, c color.NRGBA, part, whole int) color.NRGBA {
	if below.A == 0 {
		if part == 0 {
			return below
		}
		c.A = uint8(255 * part / whole)
		return c
	}
	mix := func(a, b uint8) uint8 { return uint8((int(a)*(whole-part) + int(b)*part + whole/2) / whole) }
	return color.NRGBA{mix(below.R, c.R), mix(below.G, c.G), mix(below.B, c.B), below.A}
}

func rectangle(left, top, right, bottom float64) shape {
	return func(x, y float64) float64 { return max(left-x, x-right, top-y, y-bottom) }
}

func roundedRectangle(left, top, right, bottom, radius float64) shape {
	return func(x, y float64) float64 {
		dx := math.Abs(x-(left+right)/2) - (right-left)/2 + radius
		dy := math.Abs(y-(top+bottom)/2) - (bottom-top)/2 + radius
		return math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - radius
	}
}

// rightTriangle has a right angle on the left, its tip at (x, bottom) and a slope from
// there up to (right, top).
func rightTriangle(x0, bottom, right, top float64) shape {
	nx, ny := bottom-top, right-x0
	length := math.Hypot(nx, ny)
	return func(x, y float64) float64 {
		return max(x0-x, top-8-y, ((x-x0)*nx+(y-bottom)*ny)/length)
	}
}

func union(all ...shape) shape {
	return func(x, y float64) float64 {
		nearest := math.Inf(1)
		for _, s := range all {
			nearest = min(nearest, s(x, y))
		}
		return nearest
	}
}

func intersection(a, b shape) shape {
	return func(x, y float64) float64 { return max(a(x, y), b(x, y)) }
}

// innerOutline is a line of some width along the inside of a shape.
func innerOutline(s shape, width float64) shape {
	return func(x, y float64) float64 {
		d := s(x, y)
		return max(d, -d-width)
	}
}
