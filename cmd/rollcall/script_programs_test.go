package main_test

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// running is a program that a script started.
type running struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it ended
}

// programs are what the scripts started, and pipes what they let hang, by the path of the script's directory and the name.
var programs, pipes sync.Map

// start NAME COMMAND [ARG...] runs a command beside the script. What it writes goes to NAME.out and NAME.err at once.
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME COMMAND [ARG...]")
	}

	out, err := os.Create(ts.MkAbs(args[0] + ".out"))
	ts.Check(err)

	defer func() { ts.Check(out.Close()) }()

	errs, err := os.Create(ts.MkAbs(args[0] + ".err"))
	ts.Check(err)

	defer func() { ts.Check(errs.Close()) }()

	launch(ts, args[0], args[1:], out, errs)
}

// deaf NAME COMMAND [ARG...] is start, but all that the command writes goes into a pipe, and the reader leaves after the first line.
func deaf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: deaf NAME COMMAND [ARG...]")
	}

	reader, writer, err := os.Pipe()
	ts.Check(err)

	launch(ts, args[0], args[1:], writer, writer)
	ts.Check(writer.Close())

	line, err := bufio.NewReader(reader).ReadString('\n')
	ts.Check(err)
	ts.Check(reader.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), []byte(line), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), nil, 0o600))
}

// launch runs a command in the script's directory until it ends or the script does.
func launch(ts *testscript.TestScript, name string, command []string, out, errs *os.File) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "SIM="+ts.Getenv("SIM"), "NO_COLOR=")
	cmd.Stdout, cmd.Stderr = out, errs
	ts.Check(cmd.Start())

	p := &running{cmd: cmd, ended: make(chan struct{})}
	programs.Store(ts.MkAbs(name), p)

	go func() {
		defer close(p.ended)

		_ = cmd.Wait() // 'ends' looks at the exit code
	}()
	ts.Defer(func() {
		_ = cmd.Process.Kill()
		<-p.ended
	})
}

// signalCommand is: signal SIGNAL NAME.
func signalCommand(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL}
	if neg || len(args) != 2 || signals[args[0]] == nil {
		ts.Fatalf("usage: signal TERM|INT|HUP|KILL NAME")
	}

	ts.Check(program(ts, args[1]).cmd.Process.Signal(signals[args[0]]))
}

// ends CODE NAME waits until a started program ends, which it must with that exit code.
func ends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: ends CODE NAME")
	}

	p := program(ts, args[1])

	select {
	case <-p.ended:
	case <-time.After(patience):
		ts.Fatalf("%s has not ended after %s", args[1], patience)
	}

	if code := strconv.Itoa(p.cmd.ProcessState.ExitCode()); code != args[0] {
		ts.Fatalf("%s ended with exit code %s, not %s\n%s", args[1], code, args[0], ts.ReadFile(args[1]+".err"))
	}
}

func program(ts *testscript.TestScript, name string) *running {
	found, ok := programs.Load(ts.MkAbs(name))
	if !ok {
		ts.Fatalf("no program %s was started", name)
	}

	p, _ := found.(*running)

	return p
}

// mkfifo FILE makes a named pipe: whoever opens it to read hangs until 'feed'.
func mkfifo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mkfifo FILE")
	}

	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o600))
}

// reading FILE waits until somebody reads the named pipe, who then hangs.
func reading(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: reading FILE")
	}

	pipe, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY, 0)
	ts.Check(err)
	pipes.Store(ts.MkAbs(args[0]), pipe)
	ts.Defer(func() { _ = pipe.Close() })
}

// feed PIPE FILE gives the one who reads the named pipe what the file holds, and lets go.
func feed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: feed PIPE FILE")
	}

	found, _ := pipes.Load(ts.MkAbs(args[0]))

	pipe, ok := found.(*os.File)
	if !ok {
		ts.Fatalf("nobody reads %s", args[0])
	}

	_, err := pipe.WriteString(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(pipe.Close())
}
