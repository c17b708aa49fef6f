package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/rollcall-go/rollcall/system"
)

// notifier tells systemd how the service is (sd_notify protocol: datagrams to the socket named by NOTIFY_SOCKET). Without systemd it does
// nothing.
type notifier struct {
	conn     net.Conn
	watchdog time.Duration // how often a sign of life is expected; 0 if none is
}

func newNotifier(ctx context.Context, env func(string) (string, bool)) (*notifier, error) {
	n := &notifier{}

	path, ok := env("NOTIFY_SOCKET")
	if !ok || path == "" {
		return n, nil
	}

	conn, err := (&net.Dialer{}).DialContext(ctx, "unixgram", path)
	if err != nil {
		return nil, fmt.Errorf("NOTIFY_SOCKET: %w", err)
	}

	n.conn = conn

	if text, ok := env("WATCHDOG_USEC"); ok {
		if micros, err := strconv.ParseInt(text, 10, 64); err == nil && micros > 0 {
			n.watchdog = time.Duration(micros) * time.Microsecond
		}
	}

	return n, nil
}

// say sends one state, such as "READY=1". A manager that does not listen costs nothing.
func (n *notifier) say(state string) {
	if n.conn != nil {
		_, _ = n.conn.Write([]byte(state))
	}
}

// keepAlive sends a sign of life twice in each watchdog interval, but only while every core actor answers: a service whose actors are stuck is
// restarted by systemd. It returns when ctx ends.
func (n *notifier) keepAlive(ctx context.Context, s *system.System) {
	if n.conn == nil || n.watchdog == 0 {
		return
	}

	const twice = 2

	ticker := time.NewTicker(n.watchdog / twice)
	defer ticker.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			asking, cancel := context.WithTimeout(ctx, n.watchdog/twice)
			if _, err := s.Status(asking); err == nil {
				n.say("WATCHDOG=1")
			}

			cancel()
		}
	}
}

func (n *notifier) close() {
	if n.conn != nil {
		_ = n.conn.Close()
	}
}
