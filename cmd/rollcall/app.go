package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/rollcall-go/rollcall/system/logs"
)

// app is one run of the command line: where it reads and writes, and the flags every verb has.
type app struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	env    func(string) (string, bool)
	data   string
	level  string
	format string

	started bool        // the command line was understood
	abrupt  atomic.Bool // the verb is ended by the first signal
}

func newApp(in io.Reader, out, errs io.Writer, env func(string) (string, bool)) *app {
	return &app{in: in, out: out, err: errs, env: env}
}

// defaultData is the data directory where neither a flag nor a configuration names one.
const defaultData = "./rollcall-data"

// run executes the command line and returns the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root() //nolint:contextcheck // ExecuteContextC hands ctx to the verbs
	root.SetArgs(args)

	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}

	if errors.Is(err, syscall.EPIPE) {
		return exitFailed // whoever read our output has had enough, and would not read this either
	}

	if text := strings.TrimRight(err.Error(), "\n"); text != "" {
		_, _ = fmt.Fprintf(a.err, "rollcall: %s\n", text)
	}

	if !a.started { // the command line itself was wrong
		_, _ = fmt.Fprintf(a.err, "Run '%s --help' for examples.\n", cmd.CommandPath())

		return exitUsage
	}

	return exitCode(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "rollcall",
		Short: "Call the roll of your market-data vendors on a deadline",
		Long: `Rollcall asks every vendor at once, waits no longer than the deadline, and publishes one consolidated
snapshot in which every instrument has its price or the reason why it has none.

Data goes to standard output, everything else to standard error. Exit codes: 0 done; 1 failed; 2 wrong command line or
configuration; 3 'once' made a partial or empty snapshot; 4 'audit verify' found a difference.`,
		Example: `  rollcall demo                          see it work, without a file or a network
  rollcall init > r.yaml                 start a configuration
  rollcall check -c r.yaml               check it
  rollcall run -c r.yaml                 run the service`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		PersistentPreRun:  func(cmd *cobra.Command, _ []string) { a.dispatched(cmd) },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)

	flags := root.PersistentFlags()
	flags.StringVar(&a.data, "data", defaultData, "data `directory`; wins over the configuration's")
	flags.StringVar(&a.level, "log-level", "info", "least `level` logged: error, warn, info, debug or trace")
	flags.StringVar(&a.format, "log-format", "", "`format` of the log: text or json (default: text on a terminal, json elsewhere)")
	_ = root.MarkPersistentFlagDirname("data") // defined above
	suggest(root, "log-level", "error", "warn", "info", "debug", "trace")
	suggest(root, "log-format", "text", "json")
	root.AddCommand(
		a.demo(), a.serve(), a.once(), a.check(), a.plan(), a.initial(), a.vendors(), a.probe(), a.history(), a.audit(), a.simulate(), a.top(), a.completion(), a.version(),
	)

	return root
}

// logger makes the program's logger, which writes to standard error.
func (a *app) logger() (*logrus.Entry, error) {
	options := logs.Options{Level: a.level, Format: a.format, Out: a.err, Terminal: a.wantsColour(a.err)}
	if options.Format == "" && isTerminal(a.err) {
		options.Format = "text"
	}

	log, err := logs.New(options)
	if err != nil {
		return nil, usageError("%w", err)
	}

	return log, nil
}

// wantsColour reports whether w is a terminal whose user wants colour: NO_COLOR and TERM=dumb are respected.
func (a *app) wantsColour(w io.Writer) bool {
	if refused, _ := a.env("NO_COLOR"); refused != "" {
		return false
	}

	if kind, _ := a.env("TERM"); kind == "dumb" {
		return false
	}

	return isTerminal(w)
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)

	return ok && term.IsTerminal(int(file.Fd()))
}

// oneOf checks a flag that takes one of a few words.
func oneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}

	last := len(allowed) - 1

	return usageError("--%s %q: use %s or %s", flag, value, strings.Join(allowed[:last], ", "), allowed[last])
}

// errNoConfig is the answer to a verb that needs a configuration and got none.
var errNoConfig = errors.New("no configuration: name one with -c FILE, or write one with 'rollcall init > r.yaml'")
