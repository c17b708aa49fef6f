package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/logs"
	"github.com/rollcall-go/rollcall/system/service"
)

// stopWithin bounds an orderly stop; the system's own phases add up to less.
const stopWithin = 10 * time.Second

func (a *app) serve() *cobra.Command {
	var file string

	cmd := &cobra.Command{
		Use:   "run -c FILE",
		Short: "Run the service until SIGTERM or SIGINT",
		Long: `Run asks every vendor on the schedule, keeps DATA/snapshot.json, the history and the audit log, and goes on
whatever a vendor does. SIGTERM or SIGINT: the clock stops, the open round is closed with what is there, everything is written, and
the exit code is 0. A second signal ends it at once.`,
		Example: `  rollcall run -c r.yaml
  rollcall run -c r.yaml --data /var/lib/rollcall --log-format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load(file)
			if err != nil {
				return err
			}

			a.applyData(cmd, cfg)

			return a.serveUntilSignal(cmd.Context(), cfg)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration `file`")

	return cmd
}

// applyData lets an explicit --data win over the configuration.
func (a *app) applyData(cmd *cobra.Command, cfg *config.Config) {
	if cmd.Flags().Changed("data") || cfg.Data == "" {
		cfg.Data = a.data
	}
}

func (a *app) serveUntilSignal(ctx context.Context, cfg *config.Config) error {
	log, err := a.logger()
	if err != nil {
		return err
	}

	defer logs.Capture(log)()

	signals := make(chan os.Signal, 2) // the first stops, the second forces
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)

	defer signal.Stop(signals)

	s, err := service.Open(ctx, cfg, service.Options{Log: log, Version: versionText()})
	if err != nil {
		return err
	}

	if err := s.Start(ctx); err != nil {
		return errors.Join(err, s.Stop(ctx))
	}

	log.WithField("vendors", len(cfg.Vendors)).WithField("every", cfg.Every.String()).WithField("deadline", cfg.Deadline.String()).
		WithField("data", cfg.Data).Info("rollcall is running")

	return a.waitAndStop(ctx, s, signals, log)
}

// waitAndStop waits for a signal or a fatal failure and stops the service in order.
func (a *app) waitAndStop(ctx context.Context, s *service.Service, signals <-chan os.Signal, log *logrus.Entry) error {
	var failure error

wait:
	for {
		select {
		case sig := <-signals:
			if sig == syscall.SIGHUP {
				log.Warn("a changed configuration is read at the next start")

				continue
			}

			log.WithField("signal", sig.String()).Info("rollcall is stopping")

			break wait
		case <-s.System().Failed():
			failure = &exitError{code: exitSoftware, err: s.System().Failure()}

			log.WithError(s.System().Failure()).Error("rollcall cannot go on")

			break wait
		case <-ctx.Done():
			break wait
		}
	}

	return errors.Join(failure, stopOrForce(ctx, s, signals))
}

// errForced says that a second signal cut the orderly stop short.
var errForced = errors.New("stopped at once by a second signal; what was not yet written is lost")

func stopOrForce(ctx context.Context, s *service.Service, signals <-chan os.Signal) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()

	done := make(chan error, 1)

	go func() { done <- s.Stop(ctx) }()

	for {
		select {
		case err := <-done:
			if err != nil {
				return fmt.Errorf("stopping: %w", err)
			}

			return nil
		case sig := <-signals:
			if sig != syscall.SIGHUP {
				return errForced
			}
		}
	}
}
