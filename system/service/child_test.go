package service_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
)

// childConfig is the environment variable that makes the test binary a service: the path of its configuration.
const childConfig = "ROLLCALL_TEST_SERVICE"

// What a child writes to standard output: before a round's number, as soon as the round is published, and before its exit code.
const (
	acknowledged = "durable "
	volatile     = "volatile "
	exits        = "exits "
)

// runChild runs the service until it is killed or gets SIGTERM. Its exit code is 0 if everything was written, 3 if not and that was said.
func runChild(path string) int {
	code := exitCode(path)
	_, _ = fmt.Fprintf(os.Stdout, "%s%d\n", exits, code) // a parent that is gone needs to know nothing

	return code
}

func exitCode(path string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()

	err := serveChild(ctx, path)
	if err == nil {
		return 0
	}

	fmt.Fprintln(os.Stderr, err)

	if _, undrained := errors.AsType[*system.UndrainedError](err); undrained {
		return 3
	}

	return 1
}

func serveChild(ctx context.Context, path string) error {
	cfg, err := config.Load(path, environment)
	if err != nil {
		return err
	}

	s, err := service.Open(ctx, cfg, service.Options{})
	if err != nil {
		return err
	}

	if err := s.Start(ctx); err != nil {
		return err
	}

	sub, err := s.System().Subscribe(system.SubscribeOptions{Queue: 1000})
	if err != nil {
		return err
	}

	for {
		delivered, err := sub.Next(ctx)
		if ctx.Err() != nil {
			return s.Stop(context.WithoutCancel(ctx))
		}

		if err != nil {
			return err
		}

		if err := tell(delivered.Snapshot); err != nil {
			return err
		}
	}
}

// tell writes one line at once, so that nothing is lost with the process.
func tell(s *messages.Snapshot) error {
	word := volatile
	if s.Durable {
		word = acknowledged
	}

	_, err := fmt.Fprintf(os.Stdout, "%s%d\n", word, s.Round)

	return err
}
