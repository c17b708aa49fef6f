package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// markWithin is how long a mark may take: it waits until a round is over.
const markWithin = 30 * time.Second

// serveMarks runs a process that is measured from one mark to the next, until in ends, which it does when the parent process ends. Announce
// is told where marks are made.
func serveMarks[S any](ctx context.Context, in io.Reader, mark func(context.Context) (*S, error), announce func(control string) error) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("marks: %w", err)
	}

	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		taken, err := mark(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)

			return
		}

		_ = json.NewEncoder(w).Encode(taken) // the parent notices what it does not get
	})}

	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = server.Close()
	}()

	if err := announce(listener.Addr().String()); err != nil {
		return err
	}

	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("marks: %w", err)
	}

	return nil
}

// mark asks a process for what it measured since the last mark.
func mark[S any](ctx context.Context, control string) (*S, error) {
	marks := newRemote(control)
	marks.client.Timeout = markWithin

	text, err := marks.post(ctx, "/", nil)
	if err != nil {
		return nil, err
	}

	var taken S
	if err := json.Unmarshal(text, &taken); err != nil {
		return nil, fmt.Errorf("mark: %w", err)
	}

	return &taken, nil
}

// sleep waits, or returns early because ctx has ended.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()

	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
