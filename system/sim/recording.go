package sim

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/example"
)

// Recording is what a definition has recorded of its vendor, as much of it as is played.
type Recording struct {
	// Entry is the definition.
	Entry *catalog.Entry
	// Use is how a configuration names it: the name of a shipped one, or a path, relative to the working directory if it begins with "./".
	Use string
	// Example is what is played: one of the definition's, or all that succeed, merged.
	Example example.Example
}

// recordingRepeat is how often a vendor that pushes says again what it has said, so that its stream lives.
const recordingRepeat = time.Second

// OpenRecording reads NAME of a shipped definition, or the FILE of another, relative to a directory. NAME:EXAMPLE and FILE:EXAMPLE name one of
// its examples; otherwise it is what succeeds.
func OpenRecording(text, dir string) (*Recording, error) {
	name, chosen, particular := strings.Cut(text, ":")

	r := &Recording{Use: name}

	var err error

	if strings.ContainsAny(name, `./\`) {
		err = r.read(name, dir)
	} else if r.Entry, err = catalog.Load(name); errors.Is(err, catalog.ErrUnknown) {
		err = fmt.Errorf("%w; there are %s; a file of your own is named with its path, such as ./%s.yaml",
			err, strings.Join(catalog.Names(), ", "), name)
	}

	if err != nil {
		return nil, err
	}

	r.Example = example.Merge(r.Entry.Examples)

	if particular {
		i := slices.IndexFunc(r.Entry.Examples, func(e example.Example) bool { return e.Name == chosen })
		if i < 0 {
			return nil, fmt.Errorf("the examples of %s are %s", name, strings.Join(r.exampleNames(), ", "))
		}

		r.Example = r.Entry.Examples[i]
	}

	if len(r.Example.Answers)+len(r.Example.Script) == 0 {
		return nil, errors.New("the definition has no example that succeeds")
	}

	return r, nil
}

// read reads a definition's file.
func (r *Recording) read(name, dir string) error {
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}

	file, err := os.Open(path) //nolint:gosec // the user names the file
	if err != nil {
		return fmt.Errorf("definition: %w", err)
	}

	defer func() { _ = file.Close() }()

	data, err := io.ReadAll(io.LimitReader(file, catalog.MaxFile+1))
	if err != nil {
		return fmt.Errorf("definition: %w", err)
	}

	if r.Use = filepath.ToSlash(path); !filepath.IsAbs(path) {
		r.Use = "./" + r.Use
	}

	r.Entry, err = catalog.Parse(data, path)

	return err
}

func (r *Recording) exampleNames() []string {
	names := make([]string, len(r.Entry.Examples))
	for i := range r.Entry.Examples {
		names[i] = `"` + r.Entry.Examples[i].Name + `"`
	}

	return names
}

// Vendor is a vendor of the definition's name and class that plays the recording.
func (r *Recording) Vendor() Vendor {
	return Vendor{
		Name: r.Entry.Name, Class: r.Entry.Class,
		Play: &Play{Answers: r.Example.Answers, Script: r.Example.Script, Repeat: recordingRepeat, Recording: r},
	}
}
