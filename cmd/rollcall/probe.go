package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
)

// probing is what the flags of 'probe' say.
type probing struct {
	file, at string
	within   time.Duration
	raw      bool
	list     bool // the vendor's symbols are wanted, not prices

	poll, stream bool // which way is asked for; neither: the one that a service prefers
}

func (a *app) probe() *cobra.Command {
	var p probing

	cmd := orderly(&cobra.Command{
		Use:   "probe VENDOR SYMBOL…",
		Short: "Ask one vendor once: request, timing, quotes, outcome",
		Long: `Probe asks one vendor for a few instruments, or listens to its stream for a few seconds, and shows the request without its
secrets, the time of each phase, what was read, and the outcome that a round would give it, by the vendor's max_age and max_skew too.
VENDOR is a vendor of the configuration named with -c, else a shipped definition or a file. A vendor that can be polled and pushes is
listened to, as a service prefers; --poll asks it instead. Without -c, secrets come from the environment: {secret.key} of finnhub from
FINNHUB_KEY. With --at the times of quotes do not count: what a simulator plays is from long ago. Nothing is stored.
Exit code 0: every instrument has a price; 3: some have none.`,
		Example: `  rollcall probe kraken BTC/USD ETH/USD
  rollcall probe -c r.yaml kraken BTC/USD --raw
  rollcall probe ./mine.yaml BTC/USD --poll                              of a vendor that pushes too
  rollcall probe ./mine.yaml --list                                      which symbols the vendor says it has
  rollcall probe coinbase BTC/USD --at http://127.0.0.1:7879/coinbase    asks 'rollcall sim --vendor coinbase'`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case p.list && len(args) != 1:
				return usageError("--list wants a vendor and nothing else: rollcall probe ./mine.yaml --list")
			case !p.list && len(args) < 2:
				return usageError("name a vendor and at least one instrument: rollcall probe kraken BTC/USD")
			}

			return nil
		},
		ValidArgsFunction: suggestEntries,
		RunE: func(cmd *cobra.Command, args []string) error {
			vendor, err := a.probed(&p, args[0], args[1:])
			if err != nil {
				return err
			}

			ctx, cancel := context.WithTimeout(cmd.Context(), p.within)
			defer cancel()

			if p.list {
				return a.probeList(ctx, vendor)
			}

			if err := a.chooseWay(&p, vendor); err != nil {
				return err
			}

			return a.runProbe(ctx, &p, vendor)
		},
	})
	configFlag(cmd, &p.file, "configuration `file`")
	cmd.Flags().StringVar(&p.at, "at", "", "`URL` to ask instead of the vendor's own, such as a simulator's")
	cmd.Flags().DurationVar(&p.within, "within", 5*time.Second, "how `long` to wait, or to listen")
	cmd.Flags().BoolVar(&p.raw, "raw", false, "show the raw answer or messages")
	cmd.Flags().BoolVar(&p.list, "list", false, "show which symbols the vendor says it has (needs a listing in its definition)")
	cmd.Flags().BoolVar(&p.stream, "stream", false, "listen to the stream")
	cmd.Flags().BoolVar(&p.poll, "poll", false, "poll, even where there is a stream")

	return cmd
}

// probed is the vendor to ask, with just the instruments that were named.
func (a *app) probed(p *probing, name string, symbols []string) (*config.Vendor, error) {
	cfg, err := a.probedConfig(p, name, symbols)
	if err != nil {
		return nil, err
	}

	at := slices.IndexFunc(cfg.Vendors, func(v config.Vendor) bool { return p.file == "" || string(v.Name) == name })
	if at < 0 {
		return nil, usageError("%s has no vendor %q", p.file, name)
	}

	vendor := &cfg.Vendors[at]
	if p.file == "" {
		return vendor, nil
	}

	if p.at != "" {
		vendor.Feed.At, vendor.Feed.Client.AllowPrivate = p.at, true
	}

	if p.list {
		return vendor, nil
	}

	known := vendor.Feed.Symbols
	vendor.Feed.Symbols = nil

	for _, symbol := range symbols {
		i := slices.IndexFunc(known, func(s feed.Symbol) bool { return string(s.Instrument) == symbol })
		if i < 0 {
			return nil, usageError("vendor %s of %s does not list %q", name, p.file, symbol)
		}

		vendor.Feed.Symbols = append(vendor.Feed.Symbols, known[i])
	}

	return vendor, nil
}

// chooseWay settles whether the vendor is polled or listened to, and says so where it is not the only way.
func (a *app) chooseWay(p *probing, vendor *config.Vendor) error {
	pushes := vendor.Feed.Stream.URL != ""
	polled := vendor.Feed.URL != "" || len(vendor.Feed.Endpoints) > 0

	switch {
	case p.stream && p.poll:
		return usageError("--stream and --poll exclude each other")
	case p.stream && !pushes:
		return usageError("vendor %s has no stream", vendor.Name)
	case p.poll && !polled:
		return usageError("vendor %s only pushes; there is nothing to poll", vendor.Name)
	case pushes && polled && !p.stream && !p.poll:
		if _, err := fmt.Fprintln(a.out, "by its stream, which a service prefers; --poll asks it instead"); err != nil {
			return fmt.Errorf("way: %w", err)
		}
	}

	p.stream = p.stream || pushes && !p.poll

	return nil
}

// probedConfig is the configuration that was named, or one made of a definition.
func (a *app) probedConfig(p *probing, name string, symbols []string) (*config.Config, error) {
	if p.file != "" {
		return a.load(p.file)
	}

	entry, err := loadEntry(name)
	if err != nil {
		return nil, err
	}

	use, err := useOf(name)
	if err != nil {
		return nil, err
	}

	if p.list {
		symbols = []string{"BASE/QUOTE"} // it is not asked for

		if len(entry.Examples) > 0 {
			symbols = instruments(entry, make(map[string]string))
		}
	}

	var text strings.Builder

	fmt.Fprintf(&text, "vendors:\n  probed:\n    use: %q\n    symbols: [%q", use, symbols[0])

	for _, symbol := range symbols[1:] {
		fmt.Fprintf(&text, ", %q", symbol)
	}

	text.WriteString("]\n")

	if p.at != "" {
		fmt.Fprintf(&text, "    at: %q\n    client: {allow_private: true}\n", p.at)
	}

	rehearsed := entry.TestSecrets()

	if len(rehearsed) > 0 {
		text.WriteString("    secrets:\n")
	}

	for secret := range rehearsed {
		fmt.Fprintf(&text, "      %s: \"${%s}\"\n", secret, variable(entry.Name, secret))
	}

	cfg, err := config.Parse([]byte(text.String()), filepath.Join(".", "probe"), func(wanted string) (string, bool) {
		for secret, value := range rehearsed { // a rehearsal needs no credentials
			if _, set := a.env(wanted); !set && p.at != "" && wanted == variable(entry.Name, secret) {
				return value, true
			}
		}

		return a.env(wanted)
	})
	if err != nil {
		return nil, usageError("%w", err)
	}

	return cfg, nil
}
