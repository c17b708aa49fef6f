package config

import (
	_ "embed" // the sample and the schema
	"slices"
)

//go:embed sample.yaml
var sample []byte

//go:embed schema.json
var schema []byte

// Sample returns a commented configuration to begin with. It asks the vendor simulator on this machine.
func Sample() []byte { return slices.Clone(sample) }

// Schema returns the JSON Schema of the file, which gives editors completion and checks.
func Schema() []byte { return slices.Clone(schema) }
