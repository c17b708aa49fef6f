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
(--vendor 'kraken:rate limited'); in its own file that is 'play: kraken'. It prints how to ask it.

A fault (--fault VENDOR=FAULT) hits every request, unless it says when: every=10 (each tenth), first=3 (the first three), chance=0.2,
after=1m for=30s (a time, since the start), up=30s down=10s (by turns). Write it in quotes then. Of several faults the first that is
due answers. Faults of prices, symbols and times need prices that walk; those called ws-… need a vendor that pushes
('rollcall vendors' says which do).

Faults:
` + faultHelp(),
		Example: `  rollcall sim                                     in one terminal
  rollcall run -c r.yaml                           in another, with the file of 'rollcall init'
  rollcall sim --fault forex=hang --fault equities=status=503
  rollcall sim --sample > sim.yaml && rollcall sim -c sim.yaml

  rollcall sim --vendor kraken --vendor ./mine.yaml
  rollcall sim --vendor kraken --fault 'kraken=rate-limited=17s every=5'    429 now and then
  rollcall sim --vendor kraken --fault 'kraken=status=503 after=1m for=30s'
  rollcall sim --vendor kraken --fault 'kraken=hang up=30s down=10s'
  rollcall sim --vendor bybit --fault bybit=ws-drop=20s                     cut connections`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if sample {
				_, err := fmt.Fprint(a.out, sim.Sample)

				return err
			}

			settings, err := simulatorSettings(file, vendors, faults)
			if err != nil {
				return err
			}

			if cmd.Flags().Changed("listen") || settings.Listen == "" {
				settings.Listen = listen
			}

			return a.runSimulator(cmd.Context(), settings)
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
func simulatorSettings(file string, vendors, faults []string) (settings sim.Settings, err error) {
	switch {
	case file != "":
		data, err := os.ReadFile(file) //nolint:gosec // the user names the file
		if err != nil {
			return settings, usageError("simulator file: %w", err)
		}

		if settings, err = sim.Load(data, file); err != nil {
			return settings, usageError("%w", err)
		}
	case len(vendors) == 0:
		settings.Vendors = sim.Default()
	}

	for _, text := range vendors {
		recording, err := sim.OpenRecording(text, "")
		if err != nil {
			return settings, usageError("--vendor %s: %w", text, err)
		}

		settings.Vendors = append(settings.Vendors, recording.Vendor())
	}

	for _, text := range faults {
		if err := addFault(&settings, text); err != nil {
			return settings, err
		}
	}

	if err := settings.Validate(); err != nil {
		return settings, usageError("%w", err)
	}

	return settings, nil
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

func (a *app) runSimulator(ctx context.Context, settings sim.Settings) error {
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

	if err := a.printAddresses(server, &settings); err != nil {
		return errors.Join(fmt.Errorf("addresses: %w", err), stop(ctx, server))
	}

	<-ctx.Done()

	return stop(ctx, server)
}

// printAddresses prints where each vendor is, and how to ask those that play.
func (a *app) printAddresses(server *sim.Server, settings *sim.Settings) error {
	for i := range settings.Vendors {
		v := &settings.Vendors[i]
		if _, err := fmt.Fprintf(a.out, "%-12s %s\n", v.Name, server.VendorURL(v.Name)); err != nil {
			return err
		}

		if v.Play == nil || v.Play.Recording == nil {
			continue
		}

		if err := introduce(a.out, v.Name, v.Play.Recording, server.VendorURL(v.Name)); err != nil {
			return err
		}
	}

	return nil
}
