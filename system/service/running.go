package service

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/internal/durable"
)

// Files in the data directory that say which configuration is in force.
const (
	// RunningName is the effective configuration, secrets masked, with a digest of each vendor.
	RunningName = "running.json"
	// saltName is the key of the digests: whoever can read it could try out secrets on them.
	saltName = "running.salt"

	runningSchema = "rollcall.running/1"
	runningMode   = 0o640
	saltMode      = 0o600
	saltBytes     = 32
)

// ErrNotRunning says that a data directory does not know of a configuration in force.
var ErrNotRunning = errors.New("no running configuration is known")

// Running is a configuration in force, as it can be compared with another. It holds no secrets.
type Running struct {
	Schema  string    `json:"schema"`
	Since   time.Time `json:"since"` // start, or last reload
	PID     int       `json:"pid"`
	Version string    `json:"version,omitempty"`
	Digest  string    `json:"digest"` // of the whole, without secrets: config.Config.Digest
	// Rounds is all but the vendors, as JSON.
	Rounds json.RawMessage `json:"rounds"`
	// Tokens are digests of those of the HTTP API, by name, keyed like those of vendors.
	Tokens map[string]string `json:"tokens,omitempty"`
	// Vendors stand in the order of the file.
	Vendors []RunningVendor `json:"vendors"`

	salt []byte // nil where it may not be read: secrets cannot be compared then
}

// RunningVendor is one vendor in force.
type RunningVendor struct {
	Vendor messages.Vendor `json:"vendor"`
	// Digest is the vendor's with its secrets, keyed with a salt that is kept beside, for its owner only.
	Digest string `json:"digest"`
	// Budget says what it spends from, which it may share, and how often it is asked for that; empty if it has no limits.
	Budget string `json:"budget,omitempty"`
	// Config is what it is, as JSON, secrets masked.
	Config json.RawMessage `json:"config"`
}

// Describe returns a configuration as if it were in force. The error lists every definition that does not compile.
func Describe(cfg *config.Config) (*Running, error) {
	crew, err := assemble(cfg, nil, nil)
	if err != nil {
		return nil, err
	}
	defer crew.closeBut(nil)

	return describe(crew, newSalt()), nil
}

// ReadRunning reads what a data directory knows of the configuration that is in force, or was last: a service that has ended leaves it. The error
// wraps ErrNotRunning if there is none.
func ReadRunning(dir string) (*Running, error) {
	data, err := os.ReadFile(filepath.Join(dir, RunningName)) //nolint:gosec // the operator names the directory
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s", ErrNotRunning, dir)
	}

	if err != nil {
		return nil, fmt.Errorf("running configuration: %w", err)
	}

	var r Running
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("running configuration: %s: %w", filepath.Join(dir, RunningName), err)
	}

	if r.Schema != runningSchema {
		return nil, fmt.Errorf("running configuration: %s: unknown schema %q", filepath.Join(dir, RunningName), r.Schema)
	}

	if text, err := os.ReadFile(filepath.Join(dir, saltName)); err == nil { //nolint:gosec // the operator names the directory
		r.salt = parseSalt(text)
	}

	return &r, nil
}

func describe(crew *crew, salt []byte) *Running {
	cfg := crew.config
	r := &Running{
		Schema: runningSchema, Since: time.Now().UTC(), PID: os.Getpid(), Digest: crew.digest(),
		Rounds: cfg.EffectiveRounds(), Tokens: tokenDigests(&cfg.HTTP, salt), Vendors: make([]RunningVendor, 0, len(cfg.Vendors)), salt: salt,
	}

	for v := range cfg.Effective(salt) {
		r.Vendors = append(r.Vendors, RunningVendor{
			Vendor: v.Vendor, Digest: v.Digest, Budget: crew.budgetOf(len(r.Vendors)), Config: v.Config,
		})
	}

	return r
}

// tokenDigests tell whether a token is another one, without telling which.
func tokenDigests(cfg *config.HTTP, salt []byte) map[string]string {
	digests := make(map[string]string, len(cfg.Tokens))

	for name, token := range cfg.Tokens {
		keyed := hmac.New(sha256.New, salt)
		_, _ = keyed.Write([]byte(token.Value.Reveal())) // it never fails
		digests[name] = hex.EncodeToString(keyed.Sum(nil))
	}

	return digests
}

// Listen is where the HTTP API listens, as config.HTTP has it.
func (r *Running) Listen() string {
	rounds, err := flat(r.Rounds)
	if err != nil {
		return ""
	}

	return rounds["http.listen"]
}

func newSalt() []byte {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // it never fails

	return salt
}

// parseSalt returns the salt in a file; nil if there is none in it.
func parseSalt(text []byte) []byte {
	salt, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(salt) != saltBytes {
		return nil
	}

	return salt
}

// notes keeps the files up to date.
type notes struct {
	dir  *durable.Dir
	salt []byte
}

// openNotes finds the salt of a data directory, or gives it one.
func openNotes(path string) (*notes, error) {
	dir, err := durable.OpenDir(path)
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}

	n := &notes{dir: dir}
	if text, err := dir.Root().ReadFile(saltName); err == nil {
		n.salt = parseSalt(text)
	}

	if n.salt == nil {
		n.salt = newSalt()

		if err := durable.WriteFile(dir, saltName, []byte(hex.EncodeToString(n.salt)+"\n"), saltMode); err != nil {
			return nil, errors.Join(fmt.Errorf("data directory: %w", err), dir.Close())
		}
	}

	return n, nil
}

// Close closes the directory. The files stay: they say what ran last.
func (n *notes) Close() error { return n.dir.Close() }

// write replaces the file.
func (n *notes) write(crew *crew, version string) error {
	running := describe(crew, n.salt)
	running.Version = version

	text, err := json.Marshal(running)
	if err != nil {
		return fmt.Errorf("running configuration: %w", err)
	}

	if err := durable.WriteFile(n.dir, RunningName, append(text, '\n'), runningMode); err != nil {
		return fmt.Errorf("running configuration: %w", err)
	}

	return nil
}

// note keeps which configuration is in force. Nothing depends on it but the comparison with another one.
func (s *Service) note() {
	if err := s.notes.write(s.crew, s.options.Version); err != nil {
		s.options.Log.WithError(err).Warn("the configuration in force is not on file")
	}
}
