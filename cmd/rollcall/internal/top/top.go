package top

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/rollcall-go/rollcall/system/client"
)

// Options are what a view is made of.
type Options struct {
	Client      *client.Client
	In          io.Reader
	Out         io.Writer // a terminal
	Environment []string  // NAME=value; what it says of colours counts
}

// Run shows a service until the user quits, ctx ends, or the service does not let us look any more.
func Run(ctx context.Context, options Options) error {
	subscription, err := options.Client.Subscribe(client.StreamOptions{Events: true, Connections: true}) //nolint:contextcheck // it ends with Close
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	defer subscription.Close()

	program := tea.NewProgram(newModel(options.Client.URL(), options.Client, time.Now()),
		tea.WithContext(ctx), tea.WithInput(options.In), tea.WithOutput(options.Out), tea.WithEnvironment(options.Environment),
		tea.WithoutSignalHandler(), tea.WithFPS(framesPerSecond))

	following, stop := context.WithCancel(ctx)
	defer stop()

	go follow(following, subscription, program)

	last, err := program.Run()
	if ctx.Err() != nil {
		return nil // the user did not want to see more
	}

	if err != nil {
		return fmt.Errorf("terminal: %w", err)
	}

	if m, is := last.(*Model); is && m.failure != nil {
		return m.failure
	}

	return nil
}

// framesPerSecond is enough for what changes a few times a second, also over a slow line.
const framesPerSecond = 20

// follow hands the program what comes over the stream.
func follow(ctx context.Context, subscription *client.Subscription, program *tea.Program) {
	for {
		e, err := subscription.Next(ctx)

		switch {
		case ctx.Err() != nil, errors.Is(err, client.ErrClosed):
			return
		case err != nil:
			program.Send(ended{err})

			return
		default:
			program.Send(heard{e, time.Now()})
		}
	}
}
