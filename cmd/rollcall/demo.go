package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/logs"
	"github.com/rollcall-go/rollcall/system/service"
	"github.com/rollcall-go/rollcall/system/sim"
)

// demoFlags are what a demonstration can be told.
type demoFlags struct {
	rounds  int
	slow    []string
	crash   string
	compare bool
	listen  string
}

// The demonstration's schedule.
const (
	demoEvery    = 5 * time.Second
	demoDeadline = 2 * time.Second
)

func (a *app) demo() *cobra.Command {
	var flags demoFlags

	cmd := orderly(&cobra.Command{
		Use:   "demo",
		Short: "See it work: simulated vendors over real HTTP on loopback, no file and no network needed",
		Long: `Demo starts three simulated vendors on loopback (equities answer in 1.2 s, commodities in 0.9 s, forex in 1.1 s),
asks them every 5 s with a deadline of 2 s, prints each snapshot, writes the data directory, and serves the dashboard.`,
		Example: `  rollcall demo                                    until Ctrl-C
  rollcall demo --rounds 3
  rollcall demo --slow forex=3.5s --rounds 1       forex misses the deadline, the others do not wait
  rollcall demo --crash forex --rounds 4           a supervised restart
  rollcall demo --compare                          sequential, concurrent and deadline-bounded side by side`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.check(cmd); err != nil {
				return err
			}

			if !cmd.Flags().Changed("log-level") {
				a.level = "error" // the table is what the user came to see
			}

			return a.runDemo(cmd.Context(), flags)
		},
	})
	cmd.Flags().IntVar(&flags.rounds, "rounds", 0, "end after `n` rounds (0: until Ctrl-C)")
	cmd.Flags().StringArrayVar(&flags.slow, "slow", nil, "`vendor=latency`, such as forex=3.5s; may be repeated")
	cmd.Flags().StringVar(&flags.crash, "crash", "", "`vendor` whose source panics once, in the second round")
	cmd.Flags().BoolVar(&flags.compare, "compare", false, "compare three ways to ask the same vendors, then end")
	listenFlag(cmd, &flags.listen, "`address` of the dashboard, host:port or off (default "+config.DefaultListen+", or any free port)")
	suggest(cmd, "crash", strings.Split(names(sim.Default()), ", ")...)
	_ = cmd.RegisterFlagCompletionFunc("slow", // defined above
		cobra.FixedCompletions(assignments(sim.Default()), cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace))

	return cmd
}

// check refuses what cannot be meant.
func (f *demoFlags) check(cmd *cobra.Command) error {
	if f.rounds < 0 {
		return usageError("--rounds %d: use 0 (until Ctrl-C) or more", f.rounds)
	}

	for _, other := range []string{"rounds", "slow", "crash", "listen"} {
		if f.compare && cmd.Flags().Changed(other) {
			return usageError("--compare has its own rounds: leave out --%s", other)
		}
	}

	return nil
}

func (a *app) runDemo(ctx context.Context, flags demoFlags) error {
	log, err := a.logger()
	if err != nil {
		return err
	}

	defer logs.Capture(log)()

	vendors := sim.Default()
	if err := slowDown(vendors, flags.slow); err != nil {
		return err
	}

	if flags.crash != "" && !known(vendors, flags.crash) {
		return usageError("--crash %s: the vendors are %s", flags.crash, names(vendors))
	}

	// The simulated vendors outlive an interrupt, so that the last round is closed with what is there.
	server, err := sim.Start(context.WithoutCancel(ctx), sim.Settings{Vendors: vendors, Seed: uint64(time.Now().UnixNano()), Log: log})
	if err != nil {
		return err
	}

	if flags.compare {
		err = a.runCompare(ctx, server, vendors, log)
	} else {
		err = a.runRounds(ctx, server, vendors, flags, log)
	}

	return errors.Join(err, stop(ctx, server))
}

// slowDown applies the --slow flags.
func slowDown(vendors []sim.Vendor, flags []string) error {
	for _, flag := range flags {
		name, text, _ := strings.Cut(flag, "=")

		latency, err := time.ParseDuration(text)
		if err != nil || latency < 0 {
			return usageError("--slow %s: write VENDOR=LATENCY, such as forex=3.5s", flag)
		}

		if !known(vendors, name) {
			return usageError("--slow %s: the vendors are %s", flag, names(vendors))
		}

		for i := range vendors {
			if vendors[i].Name == name {
				vendors[i].Latency = latency
			}
		}
	}

	return nil
}

func known(vendors []sim.Vendor, name string) bool {
	for i := range vendors {
		if vendors[i].Name == name {
			return true
		}
	}

	return false
}

func names(vendors []sim.Vendor) string {
	list := make([]string, len(vendors))
	for i := range vendors {
		list[i] = vendors[i].Name
	}

	return strings.Join(list, ", ")
}

// demoConfig is the configuration of the demonstration, as text, so that it takes the same way as a user's.
func demoConfig(server *sim.Server, vendors []sim.Vendor, data string) (*config.Config, error) {
	var text strings.Builder

	fmt.Fprintf(&text, "every: %s\ndeadline: %s\ndata: %q\nvendors:\n", demoEvery, demoDeadline, data)

	for i := range vendors {
		v := &vendors[i]
		symbols := make([]string, len(v.Instruments))

		for j := range v.Instruments {
			symbols[j] = v.Instruments[j].Symbol
		}

		fmt.Fprintf(&text, "  %s:\n    class: %s\n    url: %q\n    symbols: [%s]\n", v.Name, v.Class, server.VendorURL(v.Name),
			strings.Join(symbols, ", "))
		text.WriteString("    parse: {rows: quotes, key: symbol, price: price, bid: bid, ask: ask, time: time}\n")
		text.WriteString("    client: {allow_private: true}\n")
	}

	cfg, err := config.Parse([]byte(text.String()), "demo", func(string) (string, bool) { return "", false })
	if err != nil {
		return nil, fmt.Errorf("demonstration: %w", err)
	}

	return cfg, nil
}

func (a *app) runRounds(ctx context.Context, server *sim.Server, vendors []sim.Vendor, flags demoFlags, log *logrus.Entry) error {
	cfg, err := demoConfig(server, vendors, a.data)
	if err != nil {
		return err
	}

	applyListen(flags.listen, cfg)

	options := service.Options{Log: log, Version: versionText(), OtherPort: flags.listen == ""}
	if flags.crash != "" {
		options.Wrap = crashOnce(messages.Vendor(flags.crash))
	}

	s, err := open(ctx, cfg, options)
	if err != nil {
		return unlessCancelled(ctx, err)
	}

	if err := s.Start(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(listenAdvice(err), stop(ctx, s))
	}

	a.tellDashboard(s, cfg)

	if err := errors.Join(a.watch(ctx, s.System(), flags.rounds), stop(ctx, s)); err != nil {
		return err
	}

	_, _ = fmt.Fprintf(a.err, "kept in %s: snapshot.json, the history and the audit log; try 'rollcall audit show%s'\n", cfg.Data, a.dataFlag())

	return nil
}

// tellDashboard says where to look.
func (a *app) tellDashboard(s *service.Service, cfg *config.Config) {
	address := serviceURL(s, cfg)

	switch {
	case address == "":
	case s.Addr().String() != cfg.HTTP.Listen && cfg.HTTP.Listen == config.DefaultListen:
		_, _ = fmt.Fprintf(a.err, "dashboard: %s (%s is taken)\n", address, config.DefaultListen)
	default:
		_, _ = fmt.Fprintf(a.err, "dashboard: %s\n", address)
	}
}

// dataFlag is what a later command needs to find the same data directory.
func (a *app) dataFlag() string {
	if a.data == defaultData {
		return ""
	}

	return " --data " + a.data
}

// watch prints each snapshot as it is published, and on a terminal each vendor as it answers, until enough rounds have passed or the user
// interrupts.
func (a *app) watch(ctx context.Context, s *system.System, rounds int) error {
	progress := isTerminal(a.err)

	sub, err := s.Subscribe(system.SubscribeOptions{Events: progress})
	if err != nil {
		return fmt.Errorf("watching: %w", err)
	}

	defer sub.Close()

	report := newReporter(a.out, a.wantsColour(a.out))

	for printed := 0; rounds == 0 || printed < rounds; {
		delivered, err := sub.Next(ctx)
		if ctx.Err() != nil {
			return nil // how an endless demonstration ends
		}

		if err != nil {
			return fmt.Errorf("watching: %w", err)
		}

		if delivered.Event != nil {
			_, _ = fmt.Fprint(a.err, eventLine(delivered.Event))

			continue
		}

		printed++

		if err := report.print(delivered.Snapshot); err != nil {
			return err
		}
	}

	return nil
}
