package ofx

/*
#include "host.h"
*/
import "C"

import (
	"fmt"
	"slices"
	"strings"
)

// Profile is what a host declares, and how it departs from the standard. Overlays are declared by
// hosts in the background too, and never drawn there.
type Profile struct {
	Name        string // as users know it
	id          string // as plugins know it
	label       string
	kind        string // the value of its OfxPropType
	version     [3]int
	api         [2]int
	contexts    []string // the one to prefer first
	depths      []string
	comps       []string
	otherComps  []string // are declared, and nothing here has them
	maxParams   int      // -1: any number
	colourStyle string   // of colour management, the highest; "" is none

	tiles, multiResolution, multipleDepths, multiplePARs, setableFrameRate, overlays bool
	animatesStrings, animatesCustom, customInteracts, strChoice                      bool

	lacks   []suite            // that are there elsewhere
	missing map[owner][]string // properties that the standard has, and the host forgot
	fixed   map[owner][]string // properties that the plugin may set by the standard, but not here
	own     map[string]any     // properties of the host that the standard does not have
	flaws   C.int              // of its suites, FLAW_…

	allConnected     bool  // every clip says that it is connected
	anyDepth         bool  // clips deliver what there is, whatever the plugin says it supports
	regionsInPixels  bool  // clipGetRegionOfDefinition answers in pixels of the render scale
	ownRegions       bool  // GetRegionOfDefinition is never called
	wholePlane       bool  // IsIdentity has all of the plane for its window
	sequencePerFrame bool  // every frame is a sequence of its own
	sequencesOverlap bool  // one begins before the other has ended
	opaqueIsNoMask   bool  // a mask of a picture without alpha is 0
	claimsOrder      bool  // says that frames come in order, and gives them as they come
	destroysTwice    bool  // an instance whose DestroyInstance does not answer OK
	secretForGood    bool  // a parameter that was described secret is never shown
	normalisedPlaces bool  // the default of a place is normalised unless the plugin says otherwise
	booleansAnimate  bool  // unless the plugin says otherwise
	narrowRanges     bool  // numbers without a range have a small one
	copyStatus       C.int // paramCopy does nothing, and answers this
	copiesNothing    bool
	neverAcknowledge bool   // message() never answers OK, and sends its text through printf again
	countsOutBusy    bool   // multiThreadNumCPUs leaves out the processors that render: none but the caller's is left
	lateProgress     bool   // progressUpdate answers No until there is a display, some time after progressStart
	typeOfInstance   string // the value of its OfxPropType, where it is another than the standard's
}

// suite is a suite's name and version.
type suite struct {
	name    string
	version int
}

// owner is what a set of properties is of.
type owner int

const (
	ofHost owner = iota
	ofEffect
	ofInstance
	ofClip
	ofParam
	ofParamInstance
	ofArguments
)

// Profiles are the hosts that can be taken on, the default first. "openfx-misc" in their comments
// is README-hosts.txt in its repository: what hosts declare, printed by a plugin in them, and a
// list of their faults.
var Profiles = []Profile{impasto, nuke, natron, resolve, vegas, catalyst}

// ProfileNamed finds a profile.
func ProfileNamed(name string) (Profile, error) {
	for _, p := range Profiles {
		if p.Name == name {
			return p, nil
		}
	}
	return Profile{}, fmt.Errorf("no host is called %q here", name)
}

// ProfileNames are the names of all, with commas between them.
func ProfileNames() string {
	names := make([]string, len(Profiles))
	for i, p := range Profiles {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}

// has says whether the host has a suite.
func (p *Profile) has(name string, version int) bool {
	return !slices.Contains(p.lacks, suite{name, version})
}

// since are the properties that came with a minor version of the interface. A host of an earlier
// one may have some of them all the same; a plugin may not need them.
var since = map[int][]string{
	2: {C.kOfxPropHostOSHandle, C.kOfxPropPluginDescription, C.kOfxPropIcon,
		C.kOfxPropParamSetNeedsSyncing,
		C.kOfxParamPropGroupOpen, C.kOfxParamPropDefaultCoordinateSystem, C.kOfxParamPropUseHostOverlayHandle,
		C.kOfxParamPropHasHostOverlayHandle, C.kOfxImageEffectPropSequentialRenderStatus,
		C.kOfxImageEffectPropInteractiveRenderStatus},
	4: {C.kOfxImageEffectHostPropNativeOrigin, C.kOfxImageEffectPropRenderQualityDraft},
	5: {C.kOfxImageEffectPluginPropOverlayInteractV2, C.kOfxImageEffectPropNoSpatialAwareness,
		C.kOfxImageEffectPropBehaviourWhenUnlicensed, C.kOfxImageEffectPropThumbnailRender,
		C.kOfxImageEffectPropColourManagementStyle, C.kOfxImageEffectPropColourManagementAvailableConfigs,
		C.kOfxImageEffectPropColourManagementConfig, C.kOfxImageClipPropColourspace,
		C.kOfxParamPropChoiceOrder},
}

// trim takes from a set of properties what this host does not have, and what it does not let the
// plugin set.
func (p *Profile) trim(of owner, set *Properties) {
	names := p.missing[of]
	for minor, later := range since {
		if p.api[1] < minor {
			names = slices.Concat(names, later)
		}
	}
	for _, name := range names {
		if q, ok := set.all[name]; ok {
			q.hidden = true
		}
	}
	for _, name := range p.fixed[of] {
		if q, ok := set.all[name]; ok {
			q.writable = false
		}
	}
}
