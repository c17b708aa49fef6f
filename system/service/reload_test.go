package service_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
)

// configuration is the rig's present plan as a configuration.
func (r *rig) configuration(t *testing.T) *config.Config {
	t.Helper()

	cfg, err := config.Parse([]byte(r.text()), "rollcall.yaml", environment)
	require.NoError(t, err)

	if r.plan.adjust != nil {
		r.plan.adjust(cfg)
	}

	return cfg
}

// reload makes the service follow the rig's present plan.
func (r *rig) reload(t *testing.T) (*system.Difference, error) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	return r.Reload(ctx, r.configuration(t))
}

// A vendor whose source cannot be made changes nothing, not even for the vendors beside it.
func TestReloadOfABadDefinition(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{vendors: []string{"a"}, every: time.Minute, deadline: time.Second, onDemand: true, settings: map[string]string{}})
	roster := r.System().Roster()
	file := filepath.Join(r.dir, service.RunningName)
	was, err := os.ReadFile(file)
	require.NoError(t, err)

	cfg := r.configuration(t)
	cfg.Vendors[0].MaxAge = time.Hour
	broken := cfg.Vendors[0]
	broken.Name = "broken"
	broken.Feed.Client.CAFile = "/nowhere/authorities.pem"
	cfg.Vendors = append(cfg.Vendors, broken)

	difference, err := r.Reload(t.Context(), cfg)
	require.ErrorContains(t, err, "vendor broken: ")
	assert.Nil(t, difference)

	is, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(was), string(is))
	assert.Same(t, roster, r.System().Roster())
	good(t, r.take(t), "a")
}

func TestWhatNeedsARestart(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{vendors: []string{"a"}, every: time.Minute, deadline: time.Second, onDemand: true})
	cfg := r.configuration(t)
	cfg.Data, cfg.MaxInFlight, cfg.Durability, cfg.History.Retention = "elsewhere", 7, config.DurabilityRelaxed, time.Hour
	_, err := r.Reload(t.Context(), cfg)
	require.ErrorIs(t, err, system.ErrNeedsRestart)
	require.ErrorContains(t, err, "data, durability, history.retention, max_in_flight: ")

	running, err := service.ReadRunning(r.dir)
	require.NoError(t, err)

	plan, err := service.Compare(running, cfg)
	require.NoError(t, err)
	assert.False(t, plan.Reload())
	assert.Len(t, plan.Restart, 4)
	assert.Equal(t, []service.VendorPlan{{Vendor: "a", Action: service.Keeps}}, plan.Vendors)
}

// The files beside the snapshot say what is in force, to be compared with something else. They hold no secret.
func TestPlanAgainstWhatIsInForce(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{vendors: []string{"a", "b", "c"}, every: time.Minute, deadline: time.Second, onDemand: true, settings: map[string]string{}})

	for name, mode := range map[string]os.FileMode{service.RunningName: 0o640, "running.salt": 0o600} {
		info, err := os.Stat(filepath.Join(r.dir, name))
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&^mode, name)

		text, err := os.ReadFile(filepath.Join(r.dir, name))
		require.NoError(t, err)
		assert.NotContains(t, string(text), queryCanary)
		assert.NotContains(t, string(text), headerCanary)
	}

	running, err := service.ReadRunning(r.dir)
	require.NoError(t, err)
	assert.Equal(t, os.Getpid(), running.PID)

	r.plan.vendors = []string{"d", "b", "a"}
	r.plan.urls = map[string]string{"d": "https://d.example/?symbols={symbols}"}
	r.plan.settings["b"] = "    max_skew: 7s\n    retry: {attempts: 2}\n"
	r.plan.every = time.Hour

	elsewhere := func(name string) (string, bool) { return name + "-of-tomorrow", true }
	other, err := config.Parse([]byte(r.text()), "rollcall.yaml", elsewhere)
	require.NoError(t, err)

	changed, err := service.Compare(running, r.configuration(t))
	require.NoError(t, err)
	assert.Equal(t, []service.VendorPlan{
		{Vendor: "d", Action: service.Starts},
		{Vendor: "b", Action: service.Replaced, Keys: []string{"max_skew", "retry.attempts"}},
		{Vendor: "a", Action: service.Keeps},
		{Vendor: "c", Action: service.Stops},
	}, changed.Vendors)
	assert.Equal(t, []service.Change{{Key: "every", From: "1m", To: "1h"}}, changed.Rounds)
	assert.Empty(t, changed.Restart)

	secrets, err := service.Compare(running, other)
	require.NoError(t, err)
	assert.Equal(t, service.VendorPlan{Vendor: "a", Action: service.Replaced, Keys: []string{"secrets"}}, secrets.Vendors[2])

	require.NoError(t, os.Remove(filepath.Join(r.dir, "running.salt"))) // as if it could not be read
	running, err = service.ReadRunning(r.dir)
	require.NoError(t, err)
	blind, err := service.Compare(running, other)
	require.NoError(t, err)
	assert.True(t, blind.SecretsUnknown)
	assert.Equal(t, service.VendorPlan{Vendor: "a", Action: service.Keeps}, blind.Vendors[2])
	assert.Equal(t, changed.Vendors[1], blind.Vendors[1])
}

func TestRunningFilesThatAreNone(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	_, err := service.ReadRunning(dir)
	require.ErrorIs(t, err, service.ErrNotRunning)

	for _, text := range []string{"", "{", `{"schema":"other"}`, `[]`} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, service.RunningName), []byte(text), 0o600))
		_, err = service.ReadRunning(dir)
		require.ErrorContains(t, err, "running configuration", text)
	}

	cfg := &config.Config{}

	for _, text := range []string{"", "7", "[]", `{"every":`} {
		_, err = service.Compare(&service.Running{Rounds: []byte(text)}, cfg)
		require.ErrorContains(t, err, "running configuration", text)
	}

	odd, err := service.Compare(&service.Running{
		Rounds: []byte(`{"every":{"x":[1,{"y":null}]}}`), Vendors: []service.RunningVendor{{Vendor: "a"}, {Vendor: "a"}},
	}, cfg)
	require.NoError(t, err)
	assert.Equal(t, []service.VendorPlan{{Vendor: "a", Action: service.Stops}}, odd.Vendors)
}

// What was spent of a budget is not forgotten, and a vendor that comes later shares it.
func TestBudgetsOutliveAReload(t *testing.T) {
	t.Parallel()

	const limited = "    limits: {requests: 2, per: 1h, key: shared}\n"

	r := newRig(t, plan{
		vendors: []string{"a", "b"}, every: time.Minute, deadline: time.Second, onDemand: true,
		settings: map[string]string{"a": limited, "b": limited},
	})
	good(t, r.take(t), "a")

	r.plan.settings["b"] = limited + "    max_skew: 7s\n" // replaced
	difference, err := r.reload(t)
	require.NoError(t, err)
	assert.Equal(t, []messages.Vendor{"a"}, difference.Kept)

	snapshot := r.take(t)
	assert.Equal(t, messages.OutcomeOK, outcome(t, snapshot, "a"), "its answer is held")
	assert.NotEqual(t, messages.OutcomeOK, outcome(t, snapshot, "b"), "two requests an hour have been made")

	for _, name := range []string{"a", "b"} {
		r.plan.settings[name] = "    limits: {requests: 3, per: 1h, key: shared}\n"
	}

	difference, err = r.reload(t)
	require.NoError(t, err)
	assert.Equal(t, []messages.Vendor{"a", "b"}, difference.Replaced)

	snapshot = r.take(t)
	answered := 0

	for _, name := range []string{"a", "b"} {
		if outcome(t, snapshot, name) == messages.OutcomeOK {
			answered++
		}
	}

	assert.Equal(t, 1, answered, "one more than before")
}

// Reloads and the stop at once: each ends, and nothing is half done.
func TestReloadsWhileStopping(t *testing.T) {
	t.Parallel()

	r := newRig(t, plan{vendors: []string{"a"}, every: 20 * time.Millisecond, deadline: 20 * time.Millisecond, settings: map[string]string{}})

	var wait sync.WaitGroup

	for i := range 5 {
		cfg := r.configuration(t)
		cfg.Vendors[0].MaxSkew = time.Duration(i+1) * time.Second

		wait.Go(func() {
			_, err := r.Reload(context.Background(), cfg)
			if err != nil {
				assert.ErrorIs(t, err, system.ErrNotStarted)
			}
		})
	}

	r.end(t)
	wait.Wait()
}
