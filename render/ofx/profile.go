package ofx

/*
#include "host.h"
*/
import "C"

import (
	"fmt"
	"slices"
	"unsafe"
)

// Profile is what a host declares, and how it departs from the standard. Overlays are declared by
// hosts in the background too, and never drawn there.
type Profile struct {
	Name     string // as users know it
	id       string // as plugins know it
	label    string
	version  [3]int
	api      [2]int
	contexts []string // the one to prefer first
	depths   []string // the one to prefer first
	comps    []string

	tiles, multiResolution, multipleDepths, multiplePARs, setableFrameRate, overlays bool
	animatesStrings, animatesCustom, customInteracts, strChoice                      bool

	brokenMessages   bool // message suite V2 without its persistent messages
	allConnected     bool // every clip says that it is connected
	narrowRanges     bool // numbers without a range have a small one
	copiesNothing    bool // paramCopy answers OK and does nothing
	neverAcknowledge bool // message() never answers OK, and sends its text through printf again
	missing          []string
	typeOfInstance   string
}

// Profiles are the hosts that can be taken on, the default first. The values are those that
// openfx-misc's README-hosts.txt records, and what was seen in the hosts themselves.
var Profiles = []Profile{
	{
		Name: "impasto", id: "net.impasto.render", label: "Impasto render", version: [3]int{1, 0, 0}, api: [2]int{1, 5},
		contexts: []string{C.kOfxImageEffectContextGeneral, C.kOfxImageEffectContextFilter,
			C.kOfxImageEffectContextTransition, C.kOfxImageEffectContextGenerator},
		depths: []string{C.kOfxBitDepthFloat, C.kOfxBitDepthHalf, C.kOfxBitDepthShort, C.kOfxBitDepthByte},
		comps:  []string{C.kOfxImageComponentRGBA, C.kOfxImageComponentRGB, C.kOfxImageComponentAlpha},
		tiles:  true, multiResolution: true, multipleDepths: true, multiplePARs: true, overlays: true,
		animatesStrings: true, animatesCustom: true, customInteracts: true, strChoice: true,
	},
	{
		Name: "nuke", id: "uk.co.thefoundry.nuke", label: "nuke", version: [3]int{15, 1, 0}, api: [2]int{1, 4},
		contexts: []string{C.kOfxImageEffectContextGeneral, C.kOfxImageEffectContextFilter},
		depths:   []string{C.kOfxBitDepthFloat},
		comps:    []string{C.kOfxImageComponentRGBA, C.kOfxImageComponentAlpha},
		tiles:    true, multiResolution: true, overlays: true,
		customInteracts: true,
		missing:         []string{C.kOfxImageEffectPropPluginHandle},
	},
	{
		Name: "natron", id: "fr.inria.Natron", label: "Natron", version: [3]int{2, 6, 0}, api: [2]int{1, 4},
		contexts: []string{C.kOfxImageEffectContextGeneral, C.kOfxImageEffectContextFilter,
			C.kOfxImageEffectContextTransition, C.kOfxImageEffectContextGenerator},
		depths: []string{C.kOfxBitDepthFloat, C.kOfxBitDepthShort, C.kOfxBitDepthByte},
		comps:  []string{C.kOfxImageComponentRGBA, C.kOfxImageComponentAlpha, C.kOfxImageComponentRGB},
		tiles:  true, multiResolution: true, multipleDepths: true, multiplePARs: true, setableFrameRate: true, overlays: true,
		animatesStrings: true, animatesCustom: true, customInteracts: true,
		neverAcknowledge: true,
	},
	{
		Name: "resolve", id: "DaVinciResolve", label: "DaVinci Resolve", version: [3]int{18, 6, 0}, api: [2]int{1, 4},
		contexts: []string{C.kOfxImageEffectContextFilter, C.kOfxImageEffectContextGeneral,
			C.kOfxImageEffectContextTransition, C.kOfxImageEffectContextGenerator},
		depths:   []string{C.kOfxBitDepthFloat, C.kOfxBitDepthShort, C.kOfxBitDepthByte},
		comps:    []string{C.kOfxImageComponentRGBA, C.kOfxImageComponentAlpha},
		overlays: true, strChoice: true,
		brokenMessages: true, allConnected: true, narrowRanges: true, copiesNothing: true,
		missing: []string{C.kOfxPropPluginDescription, C.kOfxParamPropDefaultCoordinateSystem,
			C.kOfxImageEffectPropPluginHandle, C.kOfxPropHostOSHandle},
		typeOfInstance: C.kOfxTypeImageEffect,
	},
}

// ProfileNamed finds a profile.
func ProfileNamed(name string) (Profile, error) {
	for _, p := range Profiles {
		if p.Name == name {
			return p, nil
		}
	}
	return Profile{}, fmt.Errorf("no host is called %q here", name)
}

// trim hides the properties that this host lacks.
func (p *Profile) trim(set *Properties) {
	for _, name := range p.missing {
		if q, ok := set.all[name]; ok {
			q.hidden = true
		}
	}
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

func anys[T any](list []T) []any {
	all := make([]any, len(list))
	for i, v := range list {
		all[i] = v
	}
	return all
}

func (p *Profile) properties() *Properties {
	s := newProperties("the host")
	s.fixed(C.kOfxPropType, C.kOfxTypeImageEffectHost)
	s.fixed(C.kOfxPropName, p.id)
	s.fixed(C.kOfxPropLabel, p.label)
	s.fixed(C.kOfxPropVersion, p.version[0], p.version[1], p.version[2])
	s.fixed(C.kOfxPropVersionLabel, fmt.Sprintf("%d.%d.%d", p.version[0], p.version[1], p.version[2]))
	s.fixed(C.kOfxPropAPIVersion, p.api[0], p.api[1])
	s.fixed(C.kOfxPropHostOSHandle, unsafe.Pointer(nil))
	s.fixed(C.kOfxImageEffectHostPropIsBackground, 1)
	s.fixed(C.kOfxImageEffectPropSupportsOverlays, flag(p.overlays))
	s.fixed(C.kOfxImageEffectPropSupportsMultiResolution, flag(p.multiResolution))
	s.fixed(C.kOfxImageEffectPropSupportsTiles, flag(p.tiles))
	s.fixed(C.kOfxImageEffectPropTemporalClipAccess, 1)
	s.fixedList(C.kOfxImageEffectPropSupportedContexts, "", anys(p.contexts)...)
	s.fixedList(C.kOfxImageEffectPropSupportedComponents, "", anys(p.comps)...)
	s.fixedList(C.kOfxImageEffectPropSupportedPixelDepths, "", anys(p.depths)...)
	s.fixed(C.kOfxImageEffectPropSupportsMultipleClipDepths, flag(p.multipleDepths))
	s.fixed(C.kOfxImageEffectPropSupportsMultipleClipPARs, flag(p.multiplePARs))
	s.fixed(C.kOfxImageEffectPropSetableFrameRate, flag(p.setableFrameRate))
	s.fixed(C.kOfxImageEffectPropSetableFielding, 0)
	s.fixed(C.kOfxImageEffectInstancePropSequentialRender, 2)
	s.fixed(C.kOfxImageEffectHostPropNativeOrigin, C.kOfxHostNativeOriginBottomLeft)
	s.fixed(C.kOfxParamHostPropSupportsCustomInteract, flag(p.customInteracts))
	s.fixed(C.kOfxParamHostPropSupportsStringAnimation, flag(p.animatesStrings))
	s.fixed(C.kOfxParamHostPropSupportsChoiceAnimation, 1)
	s.fixed(C.kOfxParamHostPropSupportsBooleanAnimation, 1)
	s.fixed(C.kOfxParamHostPropSupportsCustomAnimation, flag(p.animatesCustom))
	s.fixed(C.kOfxParamHostPropSupportsParametricAnimation, 0)
	if p.strChoice {
		s.fixed(C.kOfxParamHostPropSupportsStrChoice, 1)
		s.fixed(C.kOfxParamHostPropSupportsStrChoiceAnimation, flag(p.animatesStrings))
	}
	s.fixed(C.kOfxParamHostPropMaxParameters, -1)
	s.fixed(C.kOfxParamHostPropMaxPages, 0)
	s.fixed(C.kOfxParamHostPropPageRowColumnCount, 0, 0)
	if slices.Compare(p.api[:], []int{1, 5}) >= 0 {
		s.fixed(C.kOfxImageEffectPropColourManagementStyle, C.kOfxImageEffectColourManagementNone)
	}
	for _, gpu := range []string{C.kOfxImageEffectPropOpenGLRenderSupported, C.kOfxImageEffectPropCudaRenderSupported,
		C.kOfxImageEffectPropCudaStreamSupported, C.kOfxImageEffectPropMetalRenderSupported,
		C.kOfxImageEffectPropOpenCLRenderSupported} {
		s.fixed(gpu, "false")
	}
	s.fixed(C.kOfxImageEffectPropCPURenderSupported, "true")
	p.trim(s)
	return s
}
