package ofx

/*
#include "host.h"
*/
import "C"

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// What the interface allows, and hosts punish without a word: looked for where the host is strict.

// reportStrict is report for such a thing.
func reportStrict(format string, args ...any) {
	if c := currentCall(); c != nil && c.host.Strict {
		report(format, args...)
	}
}

// Hosts make knobs, columns of a cache and names in their languages of these.
var (
	plainName       = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	plainIdentifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.:]*$`)
)

func checkName(what, name string) {
	if !plainName.MatchString(name) {
		reportStrict("%s has the name %q: some hosts allow only letters, digits and _", what, name)
	}
}

// checkParams looks at the parameters of a context after they were described.
func (e *Effect) checkParams(d *descriptor) {
	if !e.host.Strict {
		return
	}
	find := func(format string, args ...any) {
		e.host.findings.add(fmt.Sprintf(format, args...), "DescribeInContext")
	}
	for _, p := range d.params.order {
		if name := p.properties.str(C.kOfxParamPropScriptName); !plainName.MatchString(name) {
			find("parameter %s has the script name %q: some hosts allow only letters, digits and _",
				p.Name, name)
		}
		if parent := p.properties.str(C.kOfxParamPropParent); parent != "" {
			if group := d.params.find(parent); group == nil || group.Type != C.kOfxParamTypeGroup {
				find("parameter %s is in group %s, which does not exist", p.Name, parent)
			}
		}
		switch p.Type {
		case C.kOfxParamTypeInteger2D, C.kOfxParamTypeInteger3D:
			find("parameter %s is of type %s, with which Resolve crashes", p.Name,
				ShortName(p.Type))
		case C.kOfxParamTypeInteger, C.kOfxParamTypeDouble, C.kOfxParamTypeDouble2D, C.kOfxParamTypeDouble3D:
			for _, end := range []string{C.kOfxParamPropMin, C.kOfxParamPropMax,
				C.kOfxParamPropDisplayMin, C.kOfxParamPropDisplayMax} {
				if p.limits(end) == nil {
					find("parameter %s has no range or no display range, and in Resolve one "+
						"that is too small", p.Name)
					break
				}
			}
		case C.kOfxParamTypePage:
			for _, child := range p.properties.strs(C.kOfxParamPropPageChild) {
				if !strings.HasPrefix(child, "OfxParamPageSkip") && d.params.find(child) == nil {
					find("page %s shows parameter %s, which does not exist", p.Name, child)
				}
			}
		}
	}
}

// rehearse has the first frame rendered once before, without an image of Output: whether the
// plugin looks at what fetching it answered.
func (i *Instance) rehearse(time float64, in *Properties) {
	c := &call{withhold: true}
	trapped, _ := i.actionOf(c, C.kOfxImageEffectActionRender, &time, in, nil)
	if trapped && c.withheld {
		i.host.findings.add("Render answered kOfxStatOK, and had nothing to render into", c.place())
	}
}

// early are the actions before anything is rendered. Hosts call them for every plugin that there
// is, and for every node of a script, whether it is looked at or not.
var early = []string{C.kOfxActionLoad, C.kOfxActionDescribe,
	C.kOfxImageEffectActionDescribeInContext,
	C.kOfxActionCreateInstance, C.kOfxImageEffectActionGetClipPreferences}

// traces are the signs of work that last: the processes of this one, and the files and sockets
// that it has open. The values are in words.
type traces map[string]string

// watch takes the traces before an action; nil where nobody looks.
func (c *call) watch() traces {
	if !c.host.Strict || !slices.Contains(early, c.action) {
		return nil
	}
	return currentTraces()
}

// compare reports what an action has left.
func (before traces) compare(c *call) {
	if before == nil {
		return
	}
	after := currentTraces()
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if _, old := before[key]; !old {
			c.host.findings.add("the plugin has "+after[key]+" before anything is rendered",
				c.place())
		}
	}
}

// currentTraces are none on systems without /proc.
func currentTraces() traces {
	all := traces{}
	children, _ := filepath.Glob("/proc/self/task/[0-9]*/children")
	for _, file := range children {
		ids, _ := os.ReadFile(file)
		for _, id := range strings.Fields(string(ids)) {
			if name, err := os.ReadFile("/proc/" + id + "/comm"); err == nil {
				all[id] = "process " + strings.TrimSpace(string(name)) + " running"
			}
		}
	}
	open, _ := filepath.Glob("/proc/self/fd/[0-9]*")
	for _, link := range open {
		target, err := os.Readlink(link)
		if err == nil && (strings.HasPrefix(target, "socket:") || filepath.IsAbs(target)) {
			all[link+target] = target + " open"
		}
	}
	return all
}
