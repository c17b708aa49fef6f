package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// The verbs that the program calls itself with. Their one argument is their task as JSON.
const (
	verbVendors = "play-vendors"
	verbStreams = "play-streams"
	verbClient  = "run-client"
	verbStream  = "run-stream"
	verbServed  = "play-served"
	verbBare    = "play-bare"
	verbReaders = "play-readers"
)

const longHelp = `Measure Rollcall beside the plain program a good engineer writes in an hour, in the same run.

It has parts, each with a table of its own; --parts chooses. Everything goes over real connections on loopback.

Rounds: three programs ask the same vendors.
  plain    errgroup, one http.Client, a context per request, encoding/json, floats, write and rename (baseline.go)
  memory   Rollcall: actors, supervision, outcomes, exact decimals, checks; nothing on disk
  rollcall the whole of it: SQLite history and snapshot.json on disk before publication, and an audit log

The vendors are one process that does as little as possible; each vendor has an address of its own in 127.0.0.0/8.
Each program has a fresh process per repetition. The order of the programs turns round with each repetition, and the
table shows medians; × plain is the median of the ratios within a repetition.

Columns of the rounds:
  cpu         processor time, user and system, of the client's process per poll, rounds back to back
  × plain     the same, compared
  allocs, KB  heap allocations per poll, and their size
  beyond      a round's duration beyond what the slowest vendor took itself; every vendor takes --latency
              (until the snapshot is complete in memory)
  overrun     how long after the deadline the snapshot is complete, with one vendor in a hundred hanging, at least one
  durable     from the complete snapshot to its acknowledgement by the disk (rollcall only; plain does not sync)
  peak        the highest resident memory, and KB per vendor beyond the empty program
  start       until the first round can begin, without the start of the process

Answers: what reading costs, by the size of an answer, 100 vendors, nothing on disk.
  plain    as above
  paths    Rollcall with a definition that reads by paths
  jq       Rollcall with a definition that reads by an expression
  ns/symbol is cpu divided by the symbols of an answer; it holds everything a poll takes

Streams: --streams WebSocket connections, 100 products each, tickers of 400 bytes, first --rate messages a second in
all, then a flood: as many as are read. One process sends them; it writes frames without a library.
  plain    a goroutine per connection, encoding/json, a map behind a mutex, a file for each round (streamplain.go)
  paths    Rollcall from a configuration, everything on disk, with a definition that reads by paths
  jq       the same with a definition that reads by an expression
Beside the streams, Rollcall polls three vendors that hang in turn, so that every round waits for its deadline. There
is a round every --for / 10, at most 500ms, with half of that as deadline; what rounds cost is in the figures.
  messages/s  what came; × plain behind it compares that
  cpu         processor time per message; × plain behind it compares that
  cores       processor time per time
  allocs, KB  heap allocations per message, and their size
  conflated   the share of quotes that a newer one replaced before the actor saw them; plain does not count
  dropped     quotes that were older than what was known
  overrun     how long after the deadline, by the schedule, a round's snapshot is complete; plain has no deadline
  peak        the highest resident memory
  grown       how much resident memory grew in the second half of the time

Serve: a whole Rollcall with the largest of --vendors, 1000 at most, every second, and --readers clients of its API, with
a tenth as many WebSockets on top. Prices move once in ten rounds, one vendor hangs in each round, so that each waits for
its deadline of half the interval. One reader in 50 is slow: it takes three intervals for each event. One in 20 is cut
after a random number of bytes, again and again, and goes on from the round it has. Measured once, not --repeat times:
Rollcall without readers for 30 seconds at most; with readers, for --for and at least ten rounds; bare writes for 30
seconds at most. Where --for is shorter than 5s, the interval is a fifth of it.
  whole       readers want each round's snapshot
  changes     readers want what changes (both: --modes)
  bare        writes events of the same size to as many prompt readers, and does nothing else (bare.go)
  events, KB  rounds that readers got, and their size
  cpu         processor time of the server per event; of rollcall, what it takes more than without readers
  × bare      the same, compared
  latency     from publication until the reader has all of it; slow readers, and rounds from before it connected, do not count
  gaps, twice rounds that were missed without being told, and that came again: both must be 0
  resets      readers told to begin anew
  resumed     cuts after which a reader went on
  skipped     rounds that slow readers were told, in told events, they did not get; it begins once they are 16 rounds behind
  overrun     how long after the deadline, by the schedule, a round is over; with and without readers
  RSS, peak   resident memory at the end, and the most`

// newCommand returns the command line.
func newCommand(in io.Reader, out, errs io.Writer) *cobra.Command {
	var o options

	root := &cobra.Command{
		Use:   "rollcall-bench",
		Short: "Measure Rollcall beside a plain program",
		Long:  longHelp,
		Example: `  rollcall-bench                                     everything, about 7 minutes
  rollcall-bench --vendors 3,100 --rounds 20 --repeat 1 --for 1s --readers 100
                                                     a quick look at everything
  rollcall-bench --parts answers --answers 3,50,1000 reading by paths and by jq
  rollcall-bench --parts streams --streams 20 --rate 20000
                                                     streams alone, more of them
  rollcall-bench --parts serve --modes changes --for 5m
                                                     readers alone, for long
  rollcall-bench --parts rounds --vendors 1000 --programs rollcall --cpuprofile cpu
                                                     writes cpu.rollcall.1000, for go tool pprof
  rollcall-bench --format json > bench.json          for another program`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}

			return bench(cmd.Context(), o, out, errs)
		},
	}
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)

	o.declare(root)
	root.AddCommand(taskCommands()...)

	return root
}

// declare makes flags of the options.
func (o *options) declare(root *cobra.Command) {
	flags := root.Flags()
	flags.StringSliceVar(&o.Parts, "parts", parts(), "which parts")
	flags.IntSliceVar(&o.Vendors, "vendors", []int{3, 100, 1000, 10_000}, "how many vendors; one group of rows each")
	flags.IntVar(&o.Symbols, "symbols", 3, "symbols per vendor, all in one answer")
	flags.IntSliceVar(&o.Answers, "answers", []int{3, 1000}, "symbols per answer where reading is compared; one group of rows each")
	flags.IntVar(&o.Streams, "streams", 4, "vendors that push, each over a connection of its own")
	flags.IntVar(&o.Rate, "rate", 5000, "messages a second over all streams, for the moderate load")
	flags.IntVar(&o.Readers, "readers", 1000, "readers of Server-Sent Events; a tenth as many WebSockets come on top")
	flags.StringSliceVar(&o.Modes, "modes", modes(), "what the readers want")
	flags.DurationVar(&o.For, "for", 5*time.Second, "how long each streaming program is measured at each load, and readers, at least ten rounds")
	flags.IntVar(&o.Rounds, "rounds", 0, "rounds to average over; 0: enough for the number of vendors")
	flags.IntVar(&o.Repeat, "repeat", 3, "repetitions, whose medians are shown; at most 20,000 / vendors")
	flags.StringSliceVar(&o.Programs, "programs", programs(), "which programs take part in the rounds")
	flags.DurationVar(&o.Latency, "latency", 20*time.Millisecond, "how long each vendor takes, for beyond")
	flags.DurationVar(&o.Deadline, "deadline", 500*time.Millisecond, "the deadline, for overrun; at least 200µs per vendor")
	flags.StringVar(&o.Format, "format", "table", "table or json")
	flags.StringVar(&o.Dir, "dir", os.TempDir(), "`directory` the programs write in; on the disk whose speed counts")
	flags.StringVar(&o.CPUProfile, "cpuprofile", "", "write processor profiles to `file`.PROGRAM.VENDORS[.SYMBOLS], file.PROGRAM.steady, file.PROGRAM.flood and file.serve")
	flags.StringVar(&o.MemProfile, "memprofile", "", "write profiles of all allocations, named as those of the processor, to `file`")
}

// taskCommands are what the program calls itself with.
func taskCommands() []*cobra.Command {
	return []*cobra.Command{
		taskCommand(verbVendors, func(cmd *cobra.Command, t fleetTask) error {
			return playVendors(cmd.Context(), t, cmd.InOrStdin(), cmd.OutOrStdout())
		}),
		taskCommand(verbStreams, func(cmd *cobra.Command, _ struct{}) error {
			return playStreams(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
		}),
		taskCommand(verbServed, func(cmd *cobra.Command, t servedTask) error {
			return playServed(cmd.Context(), t, cmd.InOrStdin(), cmd.OutOrStdout())
		}),
		taskCommand(verbBare, func(cmd *cobra.Command, t bareTask) error {
			return playBare(cmd.Context(), t, cmd.InOrStdin(), cmd.OutOrStdout())
		}),
		taskCommand(verbReaders, func(cmd *cobra.Command, t readersTask) error {
			return playReaders(cmd.Context(), t, cmd.InOrStdin(), cmd.OutOrStdout())
		}),
		taskCommand(verbClient, func(cmd *cobra.Command, t clientTask) error {
			taken, err := runClient(cmd.Context(), t)

			return printSample(cmd, taken, err)
		}),
		taskCommand(verbStream, func(cmd *cobra.Command, t streamTask) error {
			taken, err := runStream(cmd.Context(), t)

			return printSample(cmd, taken, err)
		}),
	}
}

// taskCommand is a verb that the program calls itself with.
func taskCommand[T any](verb string, run func(*cobra.Command, T) error) *cobra.Command {
	return &cobra.Command{
		Use: verb, Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var t T
			if err := json.Unmarshal([]byte(args[0]), &t); err != nil {
				return fmt.Errorf("task: %w", err)
			}

			return run(cmd, t)
		},
	}
}

func printSample(cmd *cobra.Command, taken any, err error) error {
	if err != nil {
		return err
	}

	return json.NewEncoder(cmd.OutOrStdout()).Encode(taken)
}
