package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/catalog"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/example"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/service"
	"github.com/rollcall-go/rollcall/system/sim"
)

// stage is one example being rehearsed: a simulator that plays it, and a service that asks it, on a data directory of its own.
type stage struct {
	entry   *catalog.Entry
	example example.Example
	dir     string
	server  *sim.Server
	cfg     *config.Config
	service *service.Service

	mu      sync.Mutex
	failure *messages.Failure // of the last fetch
}

func open(ctx context.Context, entry *catalog.Entry, e example.Example, use string) (*stage, error) {
	s := &stage{entry: entry, example: e}

	if err := s.set(ctx, use); err != nil {
		return nil, errors.Join(err, s.close(ctx))
	}

	return s, nil
}

// set builds everything. What was built is there for close even if the rest fails.
func (s *stage) set(ctx context.Context, use string) (err error) {
	if s.dir, err = os.MkdirTemp("", "rehearsal"); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}

	if s.server, err = sim.Start(context.WithoutCancel(ctx), sim.Settings{
		Vendors: []sim.Vendor{{Name: s.entry.Name, Play: &sim.Play{Answers: s.example.Answers, Script: s.example.Script}}},
	}); err != nil {
		return err
	}

	if s.cfg, err = config.Parse([]byte(s.text(use)), "rehearsal.yaml", nil); err != nil {
		return err
	}

	s.oneWay()
	s.hasten()

	if s.service, err = service.Open(ctx, s.cfg, service.Options{OnDemand: true, Wrap: s.watch}); err != nil {
		return err
	}

	return s.service.Start(ctx)
}

// close takes everything down, in the order in which it asks.
func (s *stage) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Patience)
	defer cancel()

	var errs []error

	if s.service != nil {
		errs = append(errs, s.service.Stop(ctx))
	}

	if s.server != nil {
		errs = append(errs, s.server.Stop(ctx))
	}

	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}

	return errors.Join(errs...)
}

// text is the configuration: the definition, its secrets, the example's symbols, and the simulator in place of the vendor.
func (s *stage) text(use string) string {
	var b strings.Builder

	fmt.Fprintf(&b, "every: 5s\ndeadline: 4s\ndata: %q\nvendors:\n  %s:\n", filepath.Join(s.dir, "data"), s.entry.Name)
	fmt.Fprintf(&b, "    use: %q\n    at: %q\n    client: {allow_private: true}\n", use, s.server.VendorURL(s.entry.Name))
	fmt.Fprintf(&b, "    symbols: %s\n    retry: {attempts: 1}\n", s.example.Symbols)

	if secrets := s.entry.TestSecrets(); len(secrets) > 0 {
		b.WriteString("    secrets:\n")

		for _, name := range slices.Sorted(maps.Keys(secrets)) {
			fmt.Fprintf(&b, "      %s: %q\n", name, secrets[name])
		}
	}

	return b.String()
}

// oneWay keeps a vendor that can be polled and pushes to what the example is about: to polls where it has no script, to the stream where it has
// no answers. With both, the vendor is asked as a service asks it.
func (s *stage) oneWay() {
	vendor := &s.cfg.Vendors[0].Feed

	switch {
	case vendor.URL == "" || vendor.Stream.URL == "":
	case !s.example.Pushes():
		vendor.Stream = spec.Stream{}
	case len(s.example.Answers) == 0 && len(vendor.Endpoints) == 0:
		vendor.URL = ""
	}
}

// hasten makes what the example waits for come sooner, lets each round ask, and accepts prices of any age: examples are from long ago.
func (s *stage) hasten() {
	vendor := &s.cfg.Vendors[0]
	vendor.Every, vendor.MaxAge = 0, 0

	stream := &vendor.Feed.Stream

	silence := stream.Silence
	if silence == 0 {
		silence = defaultSilence
	}

	for i := range s.example.Script {
		switch step := &s.example.Script[i]; {
		case step.Silent > silence:
			stream.Silence = shortSilence
		case step.Beat():
			stream.Ping.Every /= hurry
			stream.Ping.Idle /= hurry
		}
	}
}

const (
	defaultSilence = 30 * time.Second // how long nothing may come where the definition does not say
	shortSilence   = time.Second      // where the example is about that
	hurry          = 20               // how many times sooner beats come where the example is about them
)

// pushes reports whether the definition has a stream, whose quotes and failures take their time.
func (s *stage) pushes() bool { return s.cfg.Vendors[0].Feed.Stream.URL != "" }

// beaten reports whether the beats of the script have been heard; true if it has none.
func (s *stage) beaten() bool {
	return !slices.ContainsFunc(s.example.Script, func(step example.Step) bool { return step.Beat() }) || s.server.Played(s.entry.Name).Beats > 0
}

// watch remembers how the source's last fetch failed.
func (s *stage) watch(_ messages.Vendor, source fetcher.Source) fetcher.Source {
	return watched{source, s}
}

// watched is a source whose failures are remembered.
type watched struct {
	fetcher.Source

	stage *stage
}

// Fetch implements fetcher.Source.
func (w watched) Fetch(ctx context.Context, instruments []messages.Instrument) ([]messages.Quote, error) {
	quotes, err := w.Source.Fetch(ctx, instruments)

	w.stage.mu.Lock()
	defer w.stage.mu.Unlock()

	w.stage.failure, _ = errors.AsType[*messages.Failure](err)

	return quotes, err
}

// compareRetry compares the vendor's wish to be left alone.
func (s *stage) compareRetry() []string {
	s.mu.Lock()
	defer s.mu.Unlock()

	want := s.example.Retry

	switch {
	case want == 0:
		return nil
	case s.failure == nil:
		return []string{fmt.Sprintf("retry: no failure, want one that asks for %s", want)}
	case (s.failure.RetryAfter - want).Abs() > time.Second:
		return []string{fmt.Sprintf("retry: %s, want %s", s.failure.RetryAfter, want)}
	default:
		return nil
	}
}
