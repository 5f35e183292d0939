package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"impasto.net/bridge"
	"impasto.net/render/ofx"
)

// A frame that every device has room for, and that the slowest paints in seconds.
const trialSize = 64

// examineNode paints through the node, as an artist would, in all styles of its menu.
func examineNode(bundle string) *bridge.Section {
	s := &bridge.Section{Name: "node"}
	var said []string
	p, err := open(bundle, "", ofx.Profiles[0].Name, false, func(m ofx.Message) { said = append(said, m.Text) })
	if err != nil {
		s.Find("The node cannot be loaded: %v. %s", err, again)
		return s
	}
	defer p.close()
	info := p.effect.Info()
	s.Note("node", "%s %s", info.ID, info.Version)
	context, err := p.effect.ContextFor([]string{"Source"})
	if err != nil {
		s.Find("The node has no Source: %v. %s", err, again)
		return s
	}
	params := info.Contexts[0].Params
	i := slices.IndexFunc(params, func(p ofx.ParamInfo) bool { return p.Name == "style" })
	if i < 0 {
		s.Find("The node has no menu of styles. %s", again)
		return s
	}
	styles := params[i].Values
	painted := 0
	for _, style := range styles {
		said = nil
		took, err := paintTrial(p, context, style)
		if err != nil {
			s.Find("The style %q does not paint: %s", style, strings.Join(append(said, err.Error()), " "))
			if painted == 0 && len(s.Findings) > 1 {
				break // it is not the styles
			}
			continue
		}
		if painted == 0 {
			s.Note("test render", "%d × %d pixels in %d ms", trialSize, trialSize, took.Milliseconds())
		}
		painted++
	}
	s.Note("styles", "%d of the menu's %d paint", painted, len(styles))
	return s
}

// paintTrial paints a frame after one that does not count, and gives what it took.
func paintTrial(p *plugin, context, style string) (time.Duration, error) {
	instance, err := p.effect.NewInstance(ofx.Setup{
		Context: context, First: 0, Last: 1, Step: 1, Depth: ofx.DepthFloat, Scale: 1,
		Clips:  map[string]ofx.Plate{"Source": &noise{width: trialSize, height: trialSize}},
		Params: func(find func(string) *ofx.Param) error { return find("style").Set(style, ofx.Linear) },
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
