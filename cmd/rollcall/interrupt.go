package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// stopWithin bounds an orderly stop; the system's own phases add up to less.
const stopWithin = 10 * time.Second

// errForced says that a second signal cut the orderly stop short.
var errForced = errors.New("stopped at once by a second signal; what was not yet written is lost")

// runUntil executes the command line and returns the exit code. The first signal cancels the context of a verb that stops in an orderly
// way and ends any other verb; a second one ends the program at once, whatever hangs: nothing is waited for.
func (a *app) runUntil(ctx context.Context, signals <-chan os.Signal, args []string) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	ended := make(chan int, 1)

	go func() { ended <- a.run(ctx, args) }()

	var first received

	for {
		select {
		case code := <-ended:
			return code
		case sig := <-signals:
			switch {
			case a.abrupt.Load():
				return killed(sig)
			case first.signal == nil:
				first = received{signal: sig, at: time.Now()}

				cancel()
			case !first.echoed(sig, time.Now()):
				a.lastWords(errForced)

				return exitFailed
			}
		}
	}
}

// received is a signal and when it came.
type received struct {
	signal os.Signal
	at     time.Time
}

// echo is how soon after a signal the same one is still the same wish: a supervisor such as timeout(1) signals the process and then its group.
const echo = 250 * time.Millisecond

func (r received) echoed(sig os.Signal, at time.Time) bool {
	return sig == r.signal && at.Sub(r.at) < echo
}

// killed is the exit code that a shell shows for a program ended by a signal.
func killed(sig os.Signal) int {
	const base = 128

	if number, ok := sig.(syscall.Signal); ok {
		return base + int(number)
	}

	return exitFailed
}

// lastWords tells why the program ends, unless standard error hangs as well.
func (a *app) lastWords(err error) {
	const patience = 100 * time.Millisecond

	said := make(chan struct{})

	go func() {
		defer close(said)

		_, _ = fmt.Fprintf(a.err, "rollcall: %s\n", err)
	}()

	select {
	case <-said:
	case <-time.After(patience):
	}
}

// orderlyMark is the annotation of a verb that stops in an orderly way when its context is cancelled.
const orderlyMark = "orderly"

// orderly marks a verb as one that stops in an orderly way when its context is cancelled.
func orderly(cmd *cobra.Command) *cobra.Command {
	cmd.Annotations = map[string]string{orderlyMark: ""}

	return cmd
}

// dispatched notes that the command line was understood and how its verb wants to be stopped.
func (a *app) dispatched(cmd *cobra.Command) {
	a.started = true

	if _, marked := cmd.Annotations[orderlyMark]; !marked {
		a.abrupt.Store(true)
	}
}

// stopper is what has an orderly end.
type stopper interface {
	Stop(ctx context.Context) error
}

// stop ends s in order within stopWithin, also when ctx has been cancelled.
func stop(ctx context.Context, s stopper) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()

	if err := s.Stop(ctx); err != nil {
		return fmt.Errorf("stopping: %w", err)
	}

	return nil
}
