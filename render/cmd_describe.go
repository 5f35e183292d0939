package main

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"impasto.net/bridge/plain"
	"impasto.net/render/effect"
	"impasto.net/render/exit"
	"impasto.net/render/ofx"
)

func describeCommand() *cobra.Command {
	var path, id, as string
	var asJSON, asMarkdown bool
	c := &cobra.Command{
		Use:   "describe",
		Short: "Show what an effect has: contexts, clips and parameters",
		Long: "describe loads an OpenFX plugin and prints what each of its effects says of " +
			"itself: the contexts it\n" +
			"works in, its clips, and its parameters with their types, defaults and ranges.",
		Example: "  impasto describe\n" +
			"  impasto describe --markdown\n" +
			"  impasto describe --plugin Other.ofx.bundle --as nuke --json | jq '.[0].contexts'",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := orOwn(&path); err != nil {
				return err
			}
			print := printInfos
			switch {
			case asJSON:
				print = printJSON
			case asMarkdown:
				print = printTables
			}
			infos, err := describe(path, id, as)
			if err != nil {
				return err
			}
			return print(plain.Out, infos)
		},
	}
	f := c.Flags()
	pluginFlag(f, &path)
	f.StringVar(&id, "effect", "", "one effect, by its `ID`; otherwise all of them")
	f.StringVar(&as, "as", ofx.Profiles[0].Name, "the `HOST` to be: "+ofx.ProfileNames())
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&asMarkdown, "markdown", false,
		"print a table of the parameters, as the README has it")
	c.MarkFlagsMutuallyExclusive("json", "markdown")
	return c
}

func describe(path, id, as string) (infos []ofx.Info, err error) {
	ids := []string{id}
	if id == "" {
		if ids, err = effects(path, as); err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		p, err := effect.Load(path, id, as, false, printMessage)
		if err != nil {
			return nil, err
		}
		infos = append(infos, p.Effect.Info())
		p.Close()
		warn(p.Host)
	}
	return infos, nil
}

func printJSON(w io.Writer, infos []ofx.Info) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(infos)
}

func printInfos(w io.Writer, infos []ofx.Info) error {
	for i, info := range infos {
		if i > 0 {
			fmt.Fprintln(w)
		}
		printInfo(w, info)
	}
	return nil
}

// printTables prints what can be set of each effect as a table of Markdown: in the order of the
// panel, a group and then what is in it. Of a hint it has the first sentence.
func printTables(w io.Writer, infos []ofx.Info) error {
	for i, info := range infos {
		if len(infos) > 1 {
			fmt.Fprintf(w, "%s### %s\n\n", strings.Repeat("\n", min(i, 1)), cell(info.Label))
		}
		fmt.Fprintf(w,
			"| parameter | name | values | default | keyed | |\n|---|---|---|---|---|---|\n")
		params := info.Contexts[0].Params
		for _, p := range params {
			if p.Parent != "" {
				continue
			}
			printRow(w, p)
			for _, child := range params {
				if child.Parent == p.Name {
					printRow(w, child)
				}
			}
		}
	}
	return nil
}

func printRow(w io.Writer, p ofx.ParamInfo) {
	hint, _, _ := strings.Cut(p.Hint, ". ")
	hint = cell(strings.TrimSuffix(hint, "."))
	keyed := map[bool]string{true: "yes"}[p.Animates]
	switch p.Type {
	case "Page": // the order of a panel, and nothing to set
	case "Group":
		fmt.Fprintf(w, "| **%s** | | | | | %s |\n", cell(p.Label), hint)
	default:
		fmt.Fprintf(w, "| %s | `%s` | %s | %s | %s | %s |\n", cell(p.Label), p.Name,
			cell(values(p)), cell(p.Default), keyed, hint)
	}
}

// values says briefly what a parameter can be.
func values(p ofx.ParamInfo) string {
	const most = 12 // that are named
	switch {
	case len(p.Options) > most:
		return fmt.Sprintf("%d entries", len(p.Options))
	case len(p.Options) > 0:
		return strings.Join(p.Options, ", ")
	case len(p.Min) > 0 && len(p.Max) > 0:
		return strings.Join(p.Min, ", ") + " to " + strings.Join(p.Max, ", ")
	}
	return map[string]string{"Boolean": "on, off", "String": "text",
		"PushButton": "a button"}[p.Type]
}

// cell is text that ends no cell of a table.
func cell(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "|", `\|`)), " ")
}

// effects lists the identifiers of a plugin.
func effects(path, as string) ([]string, error) {
	profile, err := ofx.ProfileNamed(as)
	if err != nil {
		return nil, exit.With(exit.Usage,
			fmt.Errorf("--as: %w; there are %s", err, ofx.ProfileNames()))
	}
	host, err := ofx.NewHost(profile, printMessage)
	if err != nil {
		return nil, exit.With(exit.Plugin, err)
	}
	defer host.Close()
	library, err := host.Open(path)
	if err != nil {
		return nil, exit.With(exit.Plugin, err)
	}
	defer library.Close()
	var ids []string
	for _, e := range library.Effects {
		if e.Unfit != "" {
			fmt.Fprintf(plain.Err, "impasto: %s is left out: %s\n", e.ID, e.Unfit)
		} else if !slices.Contains(ids, e.ID) {
			ids = append(ids, e.ID)
		}
	}
	return ids, nil
}

func printInfo(w io.Writer, info ofx.Info) {
	fmt.Fprintf(w, "%s  (%s, version %s)\n", info.Label, info.ID, info.Version)
	if info.Grouping != "" {
		fmt.Fprintf(w, "  in the menu   %s\n", info.Grouping)
	}
	fmt.Fprintf(w, "  pixel depths  %s\n", strings.Join(info.Depths, ", "))
	fmt.Fprintf(w, "  rendering     %s\n", strings.Join(traits(info), ", "))
	if info.Description != "" {
		fmt.Fprintln(w)
		indent(w, "  ", info.Description)
	}
	for i, c := range info.Contexts {
		fmt.Fprintf(w, "\n  Context %s\n", c.Name)
		for _, clip := range c.Clips {
			fmt.Fprintf(w, "    clip %-12s %s\n", clip.Name, clipTraits(clip))
		}
		params := c.Params
		if i > 0 {
			params = printDifference(w, c, info.Contexts[0])
		}
		grouped := false
		for _, p := range params {
			if grouped && p.Parent == "" && p.Type != "Group" {
				fmt.Fprintln(w)
			}
			grouped = p.Parent != "" || p.Type == "Group"
			printParam(w, p)
		}
	}
}

func traits(info ofx.Info) []string {
	list := []string{map[string]string{
		"FullySafe":    "several frames at once",
		"InstanceSafe": "one frame at a time per instance",
		"Unsafe":       "one frame at a time",
	}[info.ThreadSafety]}
	for _, t := range []struct {
		on        bool
		yes, none string
	}{
		{info.Tiles, "tiles", "whole frames only"},
		{info.MultiRes, "inputs of different sizes", "inputs of one size"},
		{info.Temporal, "other frames than the current one", ""},
	} {
		if text := map[bool]string{true: t.yes, false: t.none}[t.on]; text != "" {
			list = append(list, text)
		}
	}
	return list
}

func clipTraits(c ofx.ClipInfo) string {
	text := strings.Join(c.Components, ", ")
	if c.Optional {
		text += "; optional"
	}
	if c.Mask {
		text += "; mask"
	}
	return text
}

// printDifference says which of another context's parameters a context has, and gives those that
// it has besides.
func printDifference(w io.Writer, c, other ofx.ContextInfo) (more []ofx.ParamInfo) {
	lacks := func(list []ofx.ParamInfo, p ofx.ParamInfo) bool {
		return !slices.ContainsFunc(list,
			func(q ofx.ParamInfo) bool { return reflect.DeepEqual(p, q) })
	}
	var without []string
	for _, p := range other.Params {
		if lacks(c.Params, p) {
			without = append(without, p.Name)
		}
	}
	for _, p := range c.Params {
		if lacks(other.Params, p) {
			more = append(more, p)
		}
	}
	text := "the parameters of context " + other.Name
	if len(without) > 0 {
		text += ", without " + list(without)
	}
	fmt.Fprintf(w, "    %s\n", text)
	return more
}

func printParam(w io.Writer, p ofx.ParamInfo) {
	switch p.Type {
	case "Page":
		return // the order of a panel, and nothing to set
	case "Group":
		fmt.Fprintf(w, "\n    group %s  “%s”\n", p.Name, p.Label)
		return
	}
	fmt.Fprintf(w, "    %-18s %-10s %s\n", p.Name, p.Type, strings.Join(paramTraits(p), "; "))
	if len(p.Options) > 0 {
		shown := p.Options
		if len(p.Values) == len(p.Options) {
			shown = p.Values
		}
		indent(w, strings.Repeat(" ", 23)+"  ", "one of "+strings.Join(shown, ", "))
	}
	if p.Hint != "" {
		indent(w, strings.Repeat(" ", 23)+"  ", p.Hint)
	}
}

func paramTraits(p ofx.ParamInfo) []string {
	var list []string
	if p.Label != p.Name && p.Label != "" {
		list = append(list, "“"+p.Label+"”")
	}
	if p.Type != "PushButton" && p.Default != "" {
		list = append(list, "default "+p.Default)
	}
	if len(p.Min) > 0 && len(p.Max) > 0 {
		list = append(list,
			fmt.Sprintf("from %s to %s", strings.Join(p.Min, ", "), strings.Join(p.Max, ", ")))
	}
	if p.Animates {
		list = append(list, "animates")
	}
	if p.Secret {
		list = append(list, "secret")
	}
	return list
}

// indent prints text in lines of a readable length.
func indent(w io.Writer, margin, text string) {
	const width = 100
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n") {
		line := margin
		for _, word := range strings.Fields(paragraph) {
			if len(line)+len(word) > width && line != margin {
				fmt.Fprintln(w, strings.TrimRight(line, " "))
				line = margin
			}
			line += word + " "
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}
