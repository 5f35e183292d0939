package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// floors are the rooms of the engine, the lowest first: each imports only from those below.
var floors = []string{
	"sandbox", "descent", "colour", "onnx", "style", "config", "sysinfo", "shm", "lease",
	"pixels", "network", "onnxtest", "cache", "objective", "optimise", "importer",
	"look", "tiling", "session", "doctor", "engine",
}

func TestRoomsImportOnlyDownwards(t *testing.T) {
	const ours = "impasto.net/plugin/"
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`,
		"./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		room, ok := strings.CutPrefix(fields[0], ours)
		if !ok {
			continue // this program
		}
		floor := slices.Index(floors, room)
		if floor < 0 {
			t.Errorf("plugin/%s has no floor: give it one in this test", room)
		}
		for _, imported := range fields[1:] {
			below, ok := strings.CutPrefix(imported, ours)
			if ok && slices.Index(floors, below) >= floor {
				t.Errorf("plugin/%s imports plugin/%s, which is not below it", room, below)
			}
			if !ok && strings.HasPrefix(imported, "impasto.net/") &&
				!strings.HasPrefix(imported, "impasto.net/bridge") {
				t.Errorf("plugin/%s imports %s, which is no part of the engine", room, imported)
			}
		}
	}
}
