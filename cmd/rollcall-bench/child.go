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

// runApart runs a client in a process of its own and returns what it measured.
func runApart(ctx context.Context, task *clientTask) (*sample, error) {
	cmd, err := command(ctx, verbClient, task)
	if err != nil {
		return nil, err
	}

	var errs bytes.Buffer

	cmd.Stderr = &errs

	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s with %d vendors: %w: %s", task.Program, task.Vendors, err, strings.TrimSpace(errs.String()))
	}

	var taken sample
	if err := json.Unmarshal(text, &taken); err != nil {
		return nil, fmt.Errorf("%s with %d vendors: %w", task.Program, task.Vendors, err)
	}

	return &taken, nil
}

// apartVendors are vendors that a process of their own plays.
type apartVendors struct {
	fleetPlace

	cmd *exec.Cmd
	end io.Closer
}

// startVendors returns once they answer.
func startVendors(ctx context.Context, task fleetTask) (*apartVendors, error) {
	cmd, err := command(ctx, verbVendors, task)
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

	v := &apartVendors{cmd: cmd, end: in}
	if err := json.NewDecoder(out).Decode(&v.fleetPlace); err != nil {
		return nil, errors.Join(fmt.Errorf("vendors do not start: %w", err), v.stop())
	}

	return v, nil
}

func (v *apartVendors) stop() error { return errors.Join(v.end.Close(), v.cmd.Wait()) }
