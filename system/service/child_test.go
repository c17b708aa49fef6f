package service_test

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
)

// childConfig is the environment variable that makes the test binary a service: the path of its configuration.
const childConfig = "ROLLCALL_TEST_SERVICE"

// runChild runs the service until it is killed, and writes the number of each round to standard output as soon as it is acknowledged.
func runChild(path string) int {
	if err := serveChild(context.Background(), path); err != nil {
		fmt.Fprintln(os.Stderr, err)

		return 1
	}

	return 0
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

	sub, err := s.System().Subscribe(system.SubscribeOptions{})
	if err != nil {
		return err
	}

	for {
		delivered, err := sub.Next(ctx)
		if err != nil {
			return err
		}

		if delivered.Snapshot.Durable {
			if _, err := os.Stdout.WriteString(strconv.FormatUint(uint64(delivered.Snapshot.Round), 10) + "\n"); err != nil {
				return err
			}
		}
	}
}
