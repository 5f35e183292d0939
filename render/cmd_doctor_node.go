package main

import (
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"impasto.net/bridge"
	"impasto.net/render/effect"
	"impasto.net/render/ofx"
	"impasto.net/render/synthetic"
)

// A frame that every device has room for, and that the slowest paints in seconds.
const trialSize = 64

// examineNode paints through the node, as an artist would, in all styles of its menu.
func examineNode(bundle string) *bridge.Section {
	s := &bridge.Section{Name: "node"}
	var said []string
	p, err := effect.Load(bundle, "", ofx.Profiles[0].Name, false,
		func(m ofx.Message) { said = append(said, m.Text) })
	if err != nil {
		s.Find("The node cannot be loaded: %v. %s", err, reinstall)
		return s
	}
	defer p.Close()
	info := p.Effect.Info()
	s.Note("node", "%s %s", info.ID, info.Version)
	context, err := p.Effect.ContextFor([]string{"Source", "Style"})
	if err != nil {
		s.Find("The node has no Source or no Style: %v. %s", err, reinstall)
		return s
	}
	params := info.Contexts[0].Params
	i := slices.IndexFunc(params, func(p ofx.ParamInfo) bool { return p.Name == "style" })
	if i < 0 {
		s.Find("The node has no menu of styles. %s", reinstall)
		return s
	}
	styles := params[i].Values
	// Here the node's parameter decides, and nothing is kept on disk that need not be painted.
	wanted := os.Getenv("IMPASTO_DEVICE")
	if err := errors.Join(os.Unsetenv("IMPASTO_DEVICE"),
		os.Setenv("IMPASTO_CACHE", "0")); err != nil {
		s.Find("%v.", err)
		return s
	}
	try := func(style, device string) error {
		said = nil
		took, err := paintTrial(p, context, style, device)
		switch {
		case err == nil && style == styles[0]:
			s.Note("test render", "%s on the %s, %d × %d pixels in %d ms", style, device, trialSize,
				trialSize, took.Milliseconds())
		case err != nil && len(said) > 0: // by the node, which knows more than its host
			err = errors.New(said[len(said)-1])
		}
		return err
	}
	painted := 0
	for _, style := range styles {
		if err := try(style, "CPU"); err != nil {
			s.Find("The style %q does not paint: %v", style, err)
			if painted == 0 && len(s.Findings) > 1 {
				return s // it is not the styles
			}
			continue
		}
		painted++
	}
	s.Note("styles", "%d of the menu's %d paint", painted, len(styles))
	if err := try(styles[0], "GPU"); err != nil &&
		(len(bridge.GPUs()) > 0 || strings.HasPrefix(wanted, bridge.DeviceGPU)) {
		s.Find("The GPU does not paint: %v", err)
	} else if err != nil {
		s.Note("test render", "none on a GPU: %v", err)
	}
	return s
}

// paintTrial paints a frame after one that does not count, and gives what it took. One
// iteration does for styles that are optimised.
func paintTrial(p *effect.Loaded, context, style, device string) (time.Duration, error) {
	instance, err := p.Effect.NewInstance(ofx.Setup{
		Context: context, First: 0, Last: 1, Step: 1, Depth: ofx.DepthFloat, Scale: 1,
		Clips: map[string]ofx.Plate{
			"Source": synthetic.NewNoise(trialSize, trialSize),
			"Style":  synthetic.NewNoise(trialSize, trialSize),
		},
		Params: func(find func(string) *ofx.Param) error {
			return errors.Join(find("style").Set(style, ofx.Linear),
				find("device").Set(device, ofx.Linear), find("iterations").Set("1", ofx.Linear))
		},
	})
	if err != nil {
		return 0, err
	}
	defer instance.Close()
	var took time.Duration
	for frame := range 2 {
		start := time.Now()
		output, err := instance.Render(frame)
		if err != nil {
			return 0, err
		}
		if took = time.Since(start); output.Identity != "" {
			return 0, errors.New("the node passed the frame through")
		}
	}
	return took, nil
}
