package acceptance

import (
	"image"
	"slices"
	"testing"

	"impasto.net/render/ofx"
)

// A preset paints what its controls paint, in every host; without a choice of the artist it
// is of no effect, and a control that is changed after it makes it Custom.
func TestPresets(t *testing.T) {
	s := newShot(t)
	for _, profile := range ofx.Profiles {
		host, loaded := s.load(profile)
		host.Strict = true
		render := func(changed []string, values map[string]string) []float32 {
			t.Helper()
			todo := setup("OfxImageEffectContextGeneral", "", image.Point{96, 64})
			todo.Params = func(find func(string) *ofx.Param) error {
				for name, value := range values {
					if err := find(name).Set(value, ofx.Linear); err != nil {
						return err
					}
				}
				return nil
			}
			instance, err := loaded.NewInstance(todo)
			if err != nil {
				t.Fatal(err)
			}
			defer instance.Close()
			for _, name := range changed {
				if err := instance.Changed(name, 1); err != nil {
					t.Fatal(err)
				}
			}
			out, err := instance.Render(1)
			if err != nil {
				t.Fatal(err)
			}
			return out.Picture.Pix
		}
		plain := render(nil, nil)
		if !slices.Equal(render(nil, map[string]string{"preset": "Wild"}), plain) {
			t.Errorf("%s: a preset that nobody chose changed the picture", profile.Name)
		}
		wild := render([]string{"preset"}, map[string]string{"preset": "Wild"})
		if slices.Equal(wild, plain) ||
			!slices.Equal(wild, render(nil, map[string]string{"unrealness": "6.5"})) {
			t.Errorf("%s: Wild is not an unrealness of 6.5", profile.Name)
		}
		if calm := render([]string{"unrealness", "preset"},
			map[string]string{"preset": "Calm", "unrealness": "3"}); !slices.Equal(calm,
			render(nil, map[string]string{"unrealness": "3"})) {
			t.Errorf("%s: the preset stayed when its control was changed", profile.Name)
		}
		if found := host.Findings(); len(found) > 0 {
			t.Errorf("%s: found %v", profile.Name, found)
		}
	}
}

// On the command line a preset sets what it sets in a panel, one parameter after the other.
func TestPresetOnTheCommandLine(t *testing.T) {
	s := newShot(t)
	s.plates(1, 96, 64, nil)
	for i, c := range []struct{ params, like []string }{
		{[]string{"preset=Wild"}, []string{"unrealness=6.5"}},
		{[]string{"preset=Wild", "unrealness=3"}, []string{"unrealness=3"}},
		{[]string{"unrealness=3", "preset=Quick Look"}, []string{"detail=0.5", "fastProxy=on"}},
	} {
		for out, params := range map[string][]string{"preset": c.params, "like": c.like} {
			var args []string
			for _, p := range params {
				args = append(args, "--param", p)
			}
			s.must("1", out, append(args, "--strict")...)
		}
		if !s.equal(1, "preset", "like") {
			t.Errorf("case %d: %v does not paint what %v does", i, c.params, c.like)
		}
	}
}
