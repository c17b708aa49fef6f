package main_test

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	rollcall "github.com/rollcall-go/rollcall/cmd/rollcall"
)

var update = flag.Bool("update", false, "rewrite golden files and the expected output in scripts")

// TestMain makes the test binary the program itself: what a script runs as "rollcall" is this code, in a process of its own.
func TestMain(m *testing.M) {
	// The scripts wait for clocks far more than they compute.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}

	testscript.Main(m, map[string]func(){"rollcall": func() { os.Exit(rollcall.Program()) }})
}
