package main

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/sim"
)

// played is a definition whose examples the simulator plays.
type played struct {
	entry   *catalog.Entry
	use     string // how a configuration names the definition
	example example.Example
}

// playRepeat is how often a vendor that pushes says again what it has said, so that its stream lives.
const playRepeat = time.Second

// loadPlayed reads NAME, FILE, NAME:EXAMPLE or FILE:EXAMPLE. Without an example it is all that succeeds.
func loadPlayed(text string) (*played, error) {
	name, chosen, particular := strings.Cut(text, ":")

	entry, err := loadEntry(name)
	if err != nil {
		return nil, err
	}

	p := &played{entry: entry, use: name, example: example.Merge(entry.Examples)}

	if strings.ContainsAny(name, `./\`) && !filepath.IsAbs(name) {
		p.use = "./" + filepath.ToSlash(filepath.Clean(name))
	}

	if particular {
		i := slices.IndexFunc(entry.Examples, func(e example.Example) bool { return e.Name == chosen })
		if i < 0 {
			return nil, usageError("--vendor %s: the examples are %s", text, strings.Join(exampleNames(entry), ", "))
		}

		p.example = entry.Examples[i]
	}

	if len(p.example.Answers)+len(p.example.Script) == 0 {
		return nil, usageError("--vendor %s: the definition has no example that succeeds", text)
	}

	return p, nil
}

func exampleNames(entry *catalog.Entry) []string {
	names := make([]string, len(entry.Examples))
	for i := range entry.Examples {
		names[i] = `"` + entry.Examples[i].Name + `"`
	}

	return names
}

// vendor is what the simulator is told.
func (p *played) vendor() sim.Vendor {
	return sim.Vendor{
		Name: p.entry.Name, Class: p.entry.Class,
		Play: &sim.Play{Answers: p.example.Answers, Script: p.example.Script, Repeat: playRepeat},
	}
}

// introduce prints what asks the simulated vendor: an entry of a configuration, and a command.
func (p *played) introduce(w io.Writer, at string) error {
	fields := []string{
		"use: " + p.use, fmt.Sprintf("at: %q", at), "client: {allow_private: true}", "symbols: " + p.example.Symbols, "max_age: 87600h",
	}

	if secrets := p.entry.TestSecrets(); len(secrets) > 0 {
		pairs := make([]string, 0, len(secrets))
		for _, name := range slices.Sorted(maps.Keys(secrets)) {
			pairs = append(pairs, name+": "+secrets[name])
		}

		fields = append(fields, "secrets: {"+strings.Join(pairs, ", ")+"}")
	}

	_, err := fmt.Fprintf(w, "  as a file   vendors: {%s: {%s}}\n  and ask it  rollcall probe -c FILE %s %s\n",
		p.entry.Name, strings.Join(fields, ", "), p.entry.Name, strings.Join(p.example.Instruments, " "))
	if err != nil {
		return fmt.Errorf("introduction: %w", err)
	}

	return nil
}
