package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
)

// Where the settings have no schedule, a round begins every five seconds and waits for two.
const (
	DefaultEvery    = 5 * time.Second
	DefaultDeadline = 2 * time.Second
)

// separator stands between a script and what must come of it.
const separator = "---\n"

// RunFile runs the script that a file begins with, up to a line "---", and compares what comes of it with the rest. With -update it writes the
// rest. See Run.
func RunFile(t *testing.T, file string, settings func() system.Settings) {
	t.Helper()

	data, err := os.ReadFile(file) //nolint:gosec // the test names the file
	if err != nil {
		t.Fatalf("script: %v", err)
	}

	text, want, found := strings.Cut(plain(data), separator)
	if !found && !updating() {
		t.Fatalf("%s: no line --- after the script; %s", file, hint())
	}

	got := Snapshots(Run(t, text, settings))

	if updating() {
		write(t, file, strings.TrimRight(text, "\n")+"\n"+separator+got)

		return
	}

	compare(t, file, strings.Count(text, "\n")+1, want, got)
}

// Run runs a system in virtual time, with the faults of a script, and returns the snapshots of the rounds that begin while it lasts. The settings are made inside the bubble
// of virtual time, which is why they are a function: what they hold must not be used elsewhere. Inside, time passes only while
// everybody waits for it, so sources must wait for channels and timers, such as those of net.Pipe, and not for the real network.
//
// Delays have no random part, unless the settings say otherwise: a run is as repeatable as the sources are.
func Run(t *testing.T, text string, settings func() system.Settings) []*messages.Snapshot {
	t.Helper()

	s, err := parse(text)
	if err != nil {
		t.Fatalf("script: %v", err)
	}

	var snapshots []*messages.Snapshot

	synctest.Test(t, func(t *testing.T) {
		var err error
		if snapshots, err = s.run(t.Context(), settings()); err != nil {
			t.Error(err)
		}
	})

	return snapshots
}

// run starts a system, gathers its snapshots and stops it.
func (s *script) run(ctx context.Context, settings system.Settings) (snapshots []*messages.Snapshot, err error) {
	end := time.Now().Add(s.length)

	<-time.After(offTheGrid)

	if err := s.prepare(&settings, time.Now()); err != nil {
		return nil, err
	}

	running, err := system.New(settings)
	if err != nil {
		return nil, fmt.Errorf("system: %w", err)
	}

	if err := running.Start(ctx); err != nil {
		return nil, fmt.Errorf("system: %w", err)
	}

	defer func() {
		err = errors.Join(err, running.Stop(context.WithoutCancel(ctx)))

		<-time.After(runtimesThrottle)
	}()

	return gather(ctx, running, end, settings.Deadline)
}

// offTheGrid is when the system and its script start. Rounds begin on the grid of the wall clock. What a source does each second, or after a fault,
// is then not at the same instant as a round, where it would depend on who comes first.
const offTheGrid = 137 * time.Millisecond

// runtimesThrottle is how long the actor runtime keeps a goroutine after a message to nobody. A bubble must not end before it.
const runtimesThrottle = 2 * time.Second

// prepare fills in the schedule and puts the faults over the vendors.
func (s *script) prepare(settings *system.Settings, began time.Time) error {
	if settings.Every == 0 {
		settings.Every = DefaultEvery
	}

	if settings.Deadline == 0 {
		settings.Deadline = min(DefaultDeadline, settings.Every)
	}

	if settings.Uniform == nil {
		settings.Uniform = func() float64 { return 0 }
	}

	settings.Vendors = slices.Clone(settings.Vendors)
	for _, f := range s.faults {
		if !slices.ContainsFunc(settings.Vendors, func(v system.Vendor) bool { return v.Name == f.vendor }) {
			return fmt.Errorf("script: no vendor is called %q", f.vendor)
		}
	}

	for i := range settings.Vendors {
		s.over(&settings.Vendors[i], began)
	}

	return nil
}

// gather takes the snapshots of the rounds that begin before the end.
func gather(ctx context.Context, running *system.System, end time.Time, deadline time.Duration) (snapshots []*messages.Snapshot, err error) {
	ctx, cancel := context.WithDeadline(ctx, end.Add(2*deadline))
	defer cancel()

	sub, err := running.Subscribe(system.SubscribeOptions{})
	if err != nil {
		return nil, fmt.Errorf("subscription: %w", err)
	}

	for {
		delivered, err := sub.Next(ctx)

		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return snapshots, nil
		case err != nil:
			return snapshots, fmt.Errorf("subscription: %w", err)
		case delivered.Snapshot != nil && delivered.Snapshot.StartedAt.Before(end):
			snapshots = append(snapshots, delivered.Snapshot)
		}
	}
}
