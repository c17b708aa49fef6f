package main_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rollcall-go/rollcall/system/sim"
)

// TestScript runs the program as its users do. Each script in testdata/script shows one promise.
func TestScript(t *testing.T) {
	t.Parallel()

	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "") // whoever runs the tests may have it set

			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"simulator": simulator,
			"signal":    signalCommand,
			"await":     await,
			"json":      jsonCommand,
			"clock":     clock,
			"start":     start,
			"ends":      ends,
			"fill":      fill,
			"mkfifo":    mkfifo,
			"reading":   reading,
			"feed":      feed,
			"deaf":      deaf,
			"occupy":    occupy,
			"serving":   serving,
			"fetch":     fetch,
		},
	})
}

// patience is how long a script waits for anything; only a failing test waits so long.
const patience = 30 * time.Second

// exits CODE COMMAND [ARG...] runs a command that must end with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}

	code := 0

	if err := ts.Exec(args[1], args[2:]...); err != nil {
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%s: %v", args[1], err)
		}

		code = failed.ExitCode()
	}

	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, not %s", code, args[0])
	}
}

// simulator FILE plays the vendors in the file on a free port until the script ends; $SIM is where.
func simulator(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: simulator FILE")
	}

	settings, err := sim.Load([]byte(ts.ReadFile(args[0])), args[0])
	ts.Check(err)

	settings.Listen = sim.DefaultListen

	server, err := sim.Start(context.Background(), settings)
	ts.Check(err)
	ts.Defer(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()

		_ = server.Stop(ctx)
	})
	ts.Setenv("SIM", server.URL())
}

// await FILE [PATTERN] waits until the file exists and matches.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: await FILE [PATTERN]")
	}

	pattern := regexp.MustCompile("(?m)" + strings.Join(args[1:], ""))
	timeout := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)

	defer tick.Stop()

	for {
		if text, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && pattern.Match(text) {
			return
		}

		select {
		case <-tick.C:
		case <-timeout:
			text, err := os.ReadFile(ts.MkAbs(args[0]))
			ts.Fatalf("%s does not match %s after %s: %v\n%s", args[0], pattern, patience, err, text)
		}
	}
}

// clock starts a stopwatch; clock DURATION checks that no more than that has passed since.
func clock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: clock [DURATION]")
	}

	if len(args) == 0 {
		ts.Setenv("CLOCK", time.Now().Format(time.RFC3339Nano))

		return
	}

	limit, err := time.ParseDuration(args[0])
	ts.Check(err)

	started, err := time.Parse(time.RFC3339Nano, ts.Getenv("CLOCK"))
	ts.Check(err)

	if passed := time.Since(started); passed > limit {
		ts.Fatalf("took %s, more than %s", passed.Round(time.Millisecond), limit)
	}
}

// fill FILE SIZE TEXT writes the text again and again until the file has that many bytes.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fill FILE SIZE TEXT")
	}

	size, err := strconv.Atoi(args[1])
	ts.Check(err)

	text, err := strconv.Unquote(`"` + args[2] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat(text, size/len(text)+1)[:size]), 0o600))
}
