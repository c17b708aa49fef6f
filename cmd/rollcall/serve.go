package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/logs"
	"github.com/rollcall-go/rollcall/system/service"
	"github.com/rollcall-go/rollcall/system/store"
)

func (a *app) serve() *cobra.Command {
	var file, address string

	cmd := orderly(&cobra.Command{
		Use:   "run -c FILE",
		Short: "Run the service until SIGTERM or SIGINT",
		Long: `Run asks every vendor on the schedule, keeps DATA/snapshot.json, the history and the audit log, and goes on
whatever a vendor does. SIGTERM or SIGINT: the clock stops, the open round is closed with what is there, everything is written, and
the exit code is 0. A second signal ends it at once. SIGHUP: the configuration is read again, and only what changed in it is touched; one
with a mistake changes nothing. 'rollcall plan' says beforehand what would change.

The HTTP API and the dashboard are on loopback unless the configuration or --listen says otherwise.`,
		Example: `  rollcall run -c r.yaml
  rollcall run -c r.yaml --data /var/lib/rollcall --log-format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load(file)
			if err != nil {
				return err
			}

			a.applyData(cmd, cfg)
			applyListen(address, cfg)

			return a.serveUntilCancelled(cmd.Context(), cfg, func() (*config.Config, error) {
				again, err := config.Load(file, a.env)
				if err == nil {
					a.applyData(cmd, again)
					applyListen(address, again)
				}

				return again, err
			})
		},
	})
	configFlag(cmd, &file, "configuration `file`")
	listenFlag(cmd, &address, "`address` of the HTTP API, host:port or off; wins over the configuration's (default "+config.DefaultListen+")")

	return cmd
}

// applyData lets an explicit --data win over the configuration.
func (a *app) applyData(cmd *cobra.Command, cfg *config.Config) {
	if cmd.Flags().Changed("data") || cfg.Data == "" {
		cfg.Data = a.data
	}
}

// serveUntilCancelled runs the service. Load reads the configuration again.
func (a *app) serveUntilCancelled(ctx context.Context, cfg *config.Config, load func() (*config.Config, error)) error {
	log, err := a.logger()
	if err != nil {
		return err
	}

	defer logs.Capture(log)()

	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)

	defer signal.Stop(hangups)

	manager, err := newNotifier(ctx, a.env)
	if err != nil {
		return err
	}
	defer manager.close()

	s, err := open(ctx, cfg, service.Options{Log: log, Version: versionText()})
	if err != nil {
		return unlessCancelled(ctx, err)
	}

	if err := s.Start(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(listenAdvice(err), stop(ctx, s))
	}

	log.WithField("vendors", len(cfg.Vendors)).WithField("every", cfg.Every.String()).WithField("deadline", cfg.Deadline.String()).
		WithField("data", cfg.Data).WithField("http", orNone(serviceURL(s, cfg))).Info("rollcall is running")

	debug.FreeOSMemory() // reading a large configuration takes much that is not needed again

	manager.say("READY=1")

	go manager.keepAlive(ctx, s.System())

	r := &reloader{load: load, service: s, manager: manager, log: log}
	reloading := r.follow(ctx, hangups)
	failure := wait(ctx, s)

	manager.say("STOPPING=1")
	log.Info("rollcall is stopping")

	err = errors.Join(failure, stop(ctx, s))

	reloading()

	return err
}

// startWithin is how long a start that has begun may go on after a signal, so that the record of each run ends with its shutdown.
const startWithin = 4 * time.Second

// open opens the service; the error says what to do about it. A signal meanwhile cuts it short only if it takes long.
func open(ctx context.Context, cfg *config.Config, options service.Options) (*service.Service, error) {
	patient, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()

	defer context.AfterFunc(ctx, func() { time.AfterFunc(startWithin, cancel) })()

	s, err := service.Open(patient, cfg, options)

	_, isPath := errors.AsType[*fs.PathError](err)

	switch {
	case err == nil:
		return s, nil
	case errors.Is(err, store.ErrLocked):
		return nil, fmt.Errorf("%w; stop that one, or give this one a directory of its own with --data", err)
	case isPath:
		return nil, fmt.Errorf("%w; name a directory that can be written with --data", err)
	default:
		return nil, err
	}
}

// unlessCancelled forgives what failed because the user had it cancelled: nothing had begun.
func unlessCancelled(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}

	return err
}

// wait returns when ctx is cancelled or the service cannot go on; then with the reason.
func wait(ctx context.Context, s *service.Service) error {
	select {
	case <-s.System().Failed():
		return &exitError{code: exitSoftware, err: fmt.Errorf("rollcall cannot go on: %w", s.System().Failure())}
	case <-ctx.Done():
		return nil
	}
}
