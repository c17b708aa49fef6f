package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/logs"
	"github.com/rollcall-go/rollcall/system/sim"
)

// simulatorAddress is where the simulator listens unless told otherwise; the configuration of 'rollcall init' asks it.
const simulatorAddress = "127.0.0.1:7879"

func (a *app) simulate() *cobra.Command {
	var (
		file, listen    string
		faults, vendors []string
		sample          bool
	)

	cmd := orderly(&cobra.Command{
		Use:   "sim [-c FILE]",
		Short: "Run the vendor simulator, faults included",
		Long: `Sim answers like market-data vendors over real HTTP on loopback: prices that walk, latency, and on request every
fault Rollcall is built to survive. Without a file it plays the three vendors that 'rollcall init' asks. With --vendor it plays what a
shipped definition, or a file of the same shape, has recorded of its vendor, over HTTP or WebSocket: what succeeds, or one example
(--vendor 'kraken:rate limited'). It prints how to ask it.

Faults (--fault VENDOR=FAULT):
` + faultHelp(),
		Example: `  rollcall sim                                     in one terminal
  rollcall run -c r.yaml                           in another, with the file of 'rollcall init'
  rollcall sim --fault forex=hang --fault equities=status=503
  rollcall sim --vendor kraken --vendor ./mine.yaml --fault kraken=gzip-bomb
  rollcall sim --sample > sim.yaml && rollcall sim -c sim.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if sample {
				_, err := fmt.Fprint(a.out, sim.Sample)

				return err
			}

			settings, plays, err := a.simulatorSettings(file, vendors, faults)
			if err != nil {
				return err
			}

			if cmd.Flags().Changed("listen") || settings.Listen == "" {
				settings.Listen = listen
			}

			return a.runSimulator(cmd.Context(), settings, plays)
		},
	})
	configFlag(cmd, &file, "simulator `file` (default: the vendors of 'rollcall init')")
	cmd.Flags().StringVar(&listen, "listen", simulatorAddress, "loopback `address`")
	cmd.Flags().StringArrayVar(&vendors, "vendor", nil, "`definition` to play, shipped or a file, with :EXAMPLE for one of its examples; may be repeated")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "`vendor=fault`, may be repeated")
	cmd.Flags().BoolVar(&sample, "sample", false, "print a simulator file to start from")
	_ = cmd.RegisterFlagCompletionFunc("fault", suggestFaults)   // defined above
	_ = cmd.RegisterFlagCompletionFunc("vendor", suggestEntries) // the same

	return cmd
}

func faultHelp() string {
	t := &table{}
	for _, kind := range sim.Kinds() {
		t.row(cell{text: " " + kind.Usage()}, cell{text: kind.Help()})
	}

	var text strings.Builder

	_ = t.write(&text) // a builder takes everything

	return text.String()
}

// simulatorSettings reads the file, or takes the default vendors if there is nothing else, and adds the definitions and faults of the command
// line.
func (a *app) simulatorSettings(file string, vendors, faults []string) (sim.Settings, []*played, error) {
	var settings sim.Settings

	switch {
	case file != "":
		data, err := os.ReadFile(file) //nolint:gosec // the user names the file
		if err != nil {
			return settings, nil, usageError("simulator file: %w", err)
		}

		if settings, err = sim.Load(data, file); err != nil {
			return settings, nil, usageError("%w", err)
		}
	case len(vendors) == 0:
		settings.Vendors = sim.Default()
	}

	plays := make([]*played, 0, len(vendors))

	for _, text := range vendors {
		p, err := loadPlayed(text)
		if err != nil {
			return settings, nil, err
		}

		plays, settings.Vendors = append(plays, p), append(settings.Vendors, p.vendor())
	}

	for _, text := range faults {
		if err := addFault(&settings, text); err != nil {
			return settings, nil, err
		}
	}

	return settings, plays, nil
}

func addFault(settings *sim.Settings, text string) error {
	vendor, spec, found := strings.Cut(text, "=")
	if !found {
		return usageError("--fault %q: write VENDOR=FAULT, such as forex=hang", text)
	}

	fault, err := sim.ParseFault(spec)
	if err != nil {
		return usageError("--fault %s: %w", text, err)
	}

	for i := range settings.Vendors {
		if settings.Vendors[i].Name == vendor {
			settings.Vendors[i].Faults = append(settings.Vendors[i].Faults, fault)

			return nil
		}
	}

	return usageError("--fault %s: the vendors are %s", text, names(settings.Vendors))
}

func (a *app) runSimulator(ctx context.Context, settings sim.Settings, plays []*played) error {
	log, err := a.logger()
	if err != nil {
		return err
	}

	defer logs.Capture(log)()

	settings.Log = log

	server, err := sim.Start(context.WithoutCancel(ctx), settings)
	if err != nil {
		return err
	}

	if err := a.printAddresses(server, &settings, plays); err != nil {
		return errors.Join(fmt.Errorf("addresses: %w", err), stop(ctx, server))
	}

	<-ctx.Done()

	return stop(ctx, server)
}

// printAddresses prints where each vendor is, and how to ask those that play.
func (a *app) printAddresses(server *sim.Server, settings *sim.Settings, plays []*played) error {
	for i := range settings.Vendors {
		name := settings.Vendors[i].Name
		if _, err := fmt.Fprintf(a.out, "%-12s %s\n", name, server.VendorURL(name)); err != nil {
			return err
		}

		for _, p := range plays {
			if p.entry.Name != name {
				continue
			}

			if err := p.introduce(a.out, server.VendorURL(name)); err != nil {
				return err
			}
		}
	}

	return nil
}
