package ofx

/*
#include "host.h"
*/
import "C"

import (
	"fmt"
	"slices"
)

var statusNames = map[int]string{
	C.kOfxStatOK:                    "kOfxStatOK",
	C.kOfxStatFailed:                "kOfxStatFailed",
	C.kOfxStatErrFatal:              "kOfxStatErrFatal",
	C.kOfxStatErrUnknown:            "kOfxStatErrUnknown",
	C.kOfxStatErrMissingHostFeature: "kOfxStatErrMissingHostFeature",
	C.kOfxStatErrUnsupported:        "kOfxStatErrUnsupported",
	C.kOfxStatErrExists:             "kOfxStatErrExists",
	C.kOfxStatErrFormat:             "kOfxStatErrFormat",
	C.kOfxStatErrMemory:             "kOfxStatErrMemory",
	C.kOfxStatErrBadHandle:          "kOfxStatErrBadHandle",
	C.kOfxStatErrBadIndex:           "kOfxStatErrBadIndex",
	C.kOfxStatErrValue:              "kOfxStatErrValue",
	C.kOfxStatReplyYes:              "kOfxStatReplyYes",
	C.kOfxStatReplyNo:               "kOfxStatReplyNo",
	C.kOfxStatReplyDefault:          "kOfxStatReplyDefault",
	C.kOfxStatUnlicensed:            "kOfxStatUnlicensed",
	C.kOfxStatErrImageFormat:        "kOfxStatErrImageFormat",
	C.kOfxStatGPUOutOfMemory:        "kOfxStatGPUOutOfMemory",
	C.kOfxStatGPURenderFailed:       "kOfxStatGPURenderFailed",
}

func statusName(status int) string {
	if name, ok := statusNames[status]; ok {
		return name
	}
	return fmt.Sprintf("status %d, which does not exist", status)
}

// What every action may answer, and what else some may.
var (
	anyActionAnswers = []int{C.kOfxStatOK, C.kOfxStatFailed, C.kOfxStatErrFatal,
		C.kOfxStatErrMemory}
	actionAnswers = map[string][]int{
		C.kOfxActionLoad: {C.kOfxStatReplyDefault,
			C.kOfxStatErrMissingHostFeature},
		C.kOfxActionUnload:                       {C.kOfxStatReplyDefault},
		C.kOfxActionDescribe:                     {C.kOfxStatErrMissingHostFeature},
		C.kOfxActionPurgeCaches:                  {C.kOfxStatReplyDefault},
		C.kOfxActionCreateInstance:               {C.kOfxStatReplyDefault},
		C.kOfxActionDestroyInstance:              {C.kOfxStatReplyDefault},
		C.kOfxActionInstanceChanged:              {C.kOfxStatReplyDefault},
		C.kOfxActionBeginInstanceChanged:         {C.kOfxStatReplyDefault},
		C.kOfxActionEndInstanceChanged:           {C.kOfxStatReplyDefault},
		C.kOfxImageEffectActionDescribeInContext: {C.kOfxStatErrMissingHostFeature},
		C.kOfxImageEffectActionBeginSequenceRender: {C.kOfxStatReplyDefault,
			C.kOfxStatUnlicensed},
		C.kOfxImageEffectActionEndSequenceRender: {C.kOfxStatReplyDefault},
		C.kOfxImageEffectActionRender: {C.kOfxStatUnlicensed,
			C.kOfxStatErrImageFormat},
		C.kOfxImageEffectActionGetClipPreferences:    {C.kOfxStatReplyDefault},
		C.kOfxImageEffectActionGetRegionOfDefinition: {C.kOfxStatReplyDefault},
		C.kOfxImageEffectActionGetRegionsOfInterest:  {C.kOfxStatReplyDefault},
		C.kOfxImageEffectActionGetFramesNeeded:       {C.kOfxStatReplyDefault},
		C.kOfxImageEffectActionIsIdentity:            {C.kOfxStatReplyDefault},
	}
)

// legal says whether an action may answer so.
func legal(action string, status int) bool {
	return slices.Contains(anyActionAnswers, status) ||
		slices.Contains(actionAnswers[action], status)
}

var actionNames = map[string]string{
	C.kOfxActionLoad:                             "Load",
	C.kOfxActionUnload:                           "Unload",
	C.kOfxActionDescribe:                         "Describe",
	C.kOfxActionPurgeCaches:                      "PurgeCaches",
	C.kOfxActionCreateInstance:                   "CreateInstance",
	C.kOfxActionDestroyInstance:                  "DestroyInstance",
	C.kOfxActionInstanceChanged:                  "InstanceChanged",
	C.kOfxActionBeginInstanceChanged:             "BeginInstanceChanged",
	C.kOfxActionEndInstanceChanged:               "EndInstanceChanged",
	C.kOfxImageEffectActionDescribeInContext:     "DescribeInContext",
	C.kOfxImageEffectActionBeginSequenceRender:   "BeginSequenceRender",
	C.kOfxImageEffectActionEndSequenceRender:     "EndSequenceRender",
	C.kOfxImageEffectActionRender:                "Render",
	C.kOfxImageEffectActionGetClipPreferences:    "GetClipPreferences",
	C.kOfxImageEffectActionGetRegionOfDefinition: "GetRegionOfDefinition",
	C.kOfxImageEffectActionGetRegionsOfInterest:  "GetRegionsOfInterest",
	C.kOfxImageEffectActionGetFramesNeeded:       "GetFramesNeeded",
	C.kOfxImageEffectActionIsIdentity:            "IsIdentity",
}

func actionName(action string) string { return actionNames[action] }
