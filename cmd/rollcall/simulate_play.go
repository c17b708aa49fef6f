package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/rollcall-go/rollcall/system/sim"
)

// introduce prints what asks a vendor that plays a definition's recording: an entry of a configuration, and a command.
func introduce(w io.Writer, name string, r *sim.Recording, at string) error {
	fields := []string{
		"use: " + r.Use, fmt.Sprintf("at: %q", at), "client: {allow_private: true}", "symbols: " + r.Example.Symbols, "max_age: 87600h",
	}

	if secrets := r.Entry.TestSecrets(); len(secrets) > 0 {
		pairs := make([]string, 0, len(secrets))
		for _, name := range slices.Sorted(maps.Keys(secrets)) {
			pairs = append(pairs, name+": "+secrets[name])
		}

		fields = append(fields, "secrets: {"+strings.Join(pairs, ", ")+"}")
	}

	_, err := fmt.Fprintf(w, "  as a file   vendors: {%s: {%s}}\n  and ask it  rollcall probe -c FILE %s %s\n",
		name, strings.Join(fields, ", "), name, strings.Join(r.Example.Instruments, " "))
	if err != nil {
		return fmt.Errorf("introduction: %w", err)
	}

	return nil
}
