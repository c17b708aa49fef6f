package sim

import (
	"errors"
	"fmt"
	"path/filepath"

	"go.yaml.in/yaml/v4"
)

// played reads a vendor that plays what a definition has recorded. Where that cannot be read, it plays nothing.
func (l *loader) played(node *yaml.Node, raw *fileVendor) Vendor {
	for _, key := range []string{"instruments", "walk"} {
		if at := valueOf(node, key); at != node {
			l.problem(at, fmt.Errorf("%s: a vendor that plays has its prices from the recording", key))
		}
	}

	at := resolve(&raw.Play)
	if at.Kind != yaml.ScalarNode || at.Value == "" {
		l.problem(at, errors.New("play: not a definition, such as kraken or ./mine.yaml"))

		return Vendor{}
	}

	recording, err := OpenRecording(at.Value, filepath.Dir(l.file))
	if err != nil {
		l.problem(at, fmt.Errorf("play: %w", err))

		return Vendor{}
	}

	return recording.Vendor()
}

// fault reads one fault. Whether it suits the vendor is only known where it is known what the vendor plays.
func (l *loader) fault(node *yaml.Node, play *Play, walks bool) Fault {
	fault, err := ParseFault(node.Value)
	if err == nil && (walks || play != nil) {
		known, _ := lookup(fault.Kind)
		err = known.suits(play)
	}

	if err != nil {
		l.problem(node, err)
	}

	return fault
}
