package auditlog

// The seam to the file system, for tests that make it fail.
type (
	Directory = directory
	File      = file
)

// OpenDirectory opens a real directory.
func OpenDirectory(name string) (Directory, error) { return openDirectory(name) }

// OpenIn is Open on any directory.
func OpenIn(dir Directory, options Options) (*Log, Recovery, error) { return openIn(dir, options) }

// ParseLine reads one line; Spell writes it again.
func ParseLine(line []byte) (Entry, error) { return parseLine(line) }

// Spell returns the entry's line.
func (e *Entry) Spell() []byte { return e.appendLine(nil) }

// Reseal gives the entry the hash that its contents call for.
func (e *Entry) Reseal() { e.seal(Head{Seq: e.Seq - 1, Hash: e.Prev}, nil) }
