package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// command prepares this program as another process, with its task.
func command(ctx context.Context, verb string, task any) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("own program: %w", err)
	}

	text, err := json.Marshal(task)
	if err != nil {
		return nil, fmt.Errorf("task: %w", err)
	}

	cmd := exec.CommandContext(ctx, self, verb, string(text)) //nolint:gosec // it is this program
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second

	return cmd, nil
}

// runApart runs a client in a process of its own and returns what it measured. What names the client in errors.
func runApart[S any](ctx context.Context, what, verb string, task any) (*S, error) {
	cmd, err := command(ctx, verb, task)
	if err != nil {
		return nil, err
	}

	var errs bytes.Buffer

	cmd.Stderr = &errs

	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", what, err, strings.TrimSpace(errs.String()))
	}

	var taken S
	if err := json.Unmarshal(text, &taken); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}

	return &taken, nil
}

// server is a process that plays what is asked; P is where it can be reached.
type server[P any] struct {
	place P
	cmd   *exec.Cmd
	end   io.Closer
}

// startApart starts a server in a process of its own. It returns once it can be reached.
func startApart[P any](ctx context.Context, verb string, task any) (*server[P], error) {
	cmd, err := command(ctx, verb, task)
	if err != nil {
		return nil, err
	}

	cmd.Stderr = os.Stderr

	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("vendors: %w", err)
	}

	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("vendors: %w", err)
	}

	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("vendors: %w", err)
	}

	s := &server[P]{cmd: cmd, end: in}
	if err := json.NewDecoder(out).Decode(&s.place); err != nil {
		return nil, errors.Join(fmt.Errorf("vendors do not start: %w", err), s.stop())
	}

	return s, nil
}

func (s *server[P]) stop() error { return errors.Join(s.end.Close(), s.cmd.Wait()) }
