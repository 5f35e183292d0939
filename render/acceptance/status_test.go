package acceptance

import (
	"errors"
	"image"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/ofx"
)

// The button says what runs where, also before a frame was rendered, and what is wrong.
func TestStatusButton(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
	for _, name := range []string{"impasto", "natron", "resolve"} {
		profile, err := ofx.ProfileNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		host, loaded := s.load(profile)
		var said []string
		host.Say = func(m ofx.Message) { said = append(said, m.Text) }
		press := func(style string, frames int) string {
			t.Helper()
			said = nil
			todo := setup("OfxImageEffectContextGeneral", style, image.Point{24, 16})
			todo.Params = func(find func(string) *ofx.Param) error {
				first, mixed, _ := strings.Cut(style, ", ")
				return errors.Join(find("styleId").Set(first, ofx.Linear),
					find("styleMix").Set("0"+mixed, ofx.Linear))
			}
			instance, err := loaded.NewInstance(todo)
			if err != nil {
				return err.Error()
			}
			defer instance.Close()
			for range frames {
				if _, err := instance.Render(1); err != nil {
					t.Fatal(err)
				}
			}
			if err := instance.Changed("statusButton", 1); err != nil {
				return err.Error()
			}
			return strings.Join(said, "\n")
		}
		if got := press(id, 0); !strings.HasPrefix(got,
			`The style "Test gain" runs on the CPU, `) || !strings.HasSuffix(got, " threads, "+
			"because Auto is the CPU where nobody watches. No frame has been painted yet.") {
			t.Errorf("%s: before a frame: %q", name, got)
		}
		if got := press(id, 1); !strings.Contains(got,
			"The last frame, 1, of 24 by 16 pixels, took ") {
			t.Errorf("%s: after a frame: %q", name, got)
		}
		if got := press("", 0); !strings.HasPrefix(got,
			`The style "Starry Night (Van Gogh)" runs on the CPU, `) {
			t.Errorf("%s: a style of the menu: %q", name, got)
		}
		if got := press(", .5", 0); !strings.HasPrefix(got,
			`The styles "Starry Night (Van Gogh)" and "Cliffs at Étretat (Monet)" run on the CPU, `) {
			t.Errorf("%s: two styles: %q", name, got)
		}
		if got := press("nobody", 0); !strings.Contains(got, "nobody") {
			t.Errorf("%s: without the style: %q", name, got)
		}
		if found := host.Findings(); len(found) > 0 {
			t.Errorf("%s: found %v", name, found)
		}
	}
}
