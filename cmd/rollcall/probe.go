package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// probing is what the flags of 'probe' say.
type probing struct {
	file, at string
	within   time.Duration
	raw      bool
}

func (a *app) probe() *cobra.Command {
	var p probing

	cmd := orderly(&cobra.Command{
		Use:   "probe VENDOR SYMBOL…",
		Short: "Ask one vendor once: request, timing, quotes, outcome",
		Long: `Probe asks one vendor for a few instruments, or listens to its stream for a few seconds, and shows the request without its
secrets, the time of each phase, what was read, and the outcome. VENDOR is a vendor of the configuration named with -c, else a shipped
definition or a file. Without -c, secrets come from the environment: {secret.key} of finnhub from FINNHUB_KEY. Nothing is stored.
Exit code 0: every instrument has a price; 3: some have none.`,
		Example: `  rollcall probe kraken BTC/USD ETH/USD
  rollcall probe -c r.yaml kraken BTC/USD --raw
  rollcall probe coinbase BTC/USD --at http://127.0.0.1:7879/coinbase    asks 'rollcall sim --vendor coinbase'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
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

			return a.runProbe(ctx, &p, vendor)
		},
	})
	configFlag(cmd, &p.file, "configuration `file`")
	cmd.Flags().StringVar(&p.at, "at", "", "`URL` to ask instead of the vendor's own, such as a simulator's")
	cmd.Flags().DurationVar(&p.within, "within", 5*time.Second, "how `long` to wait, or to listen")
	cmd.Flags().BoolVar(&p.raw, "raw", false, "show the raw answer or messages")

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

func (a *app) runProbe(ctx context.Context, p *probing, vendor *config.Vendor) error {
	ask := a.probePoll
	if vendor.Feed.URL == "" {
		ask = a.probeStream
	}

	begun := time.Now()
	quotes, err := ask(ctx, p, vendor)
	elapsed := time.Since(begun)

	failure := &messages.Failure{}
	if err != nil && !errors.As(err, &failure) {
		return err
	}

	outcome := messages.OutcomeOK

	switch usable := countUsable(quotes); {
	case err != nil && usable == 0:
		outcome = failure.Outcome
	case usable < len(vendor.Feed.Symbols):
		outcome = messages.OutcomePartial
	}

	if err := a.printQuotes(quotes); err != nil {
		return err
	}

	line := fmt.Sprintf("outcome %s after %s", outcome, seconds(elapsed))
	if failure.Detail != "" {
		line += ": " + failure.Detail
	}

	if _, err := fmt.Fprintln(a.out, printable(line)); err != nil {
		return fmt.Errorf("outcome: %w", err)
	}

	if outcome != messages.OutcomeOK {
		return &exitError{code: exitIncomplete}
	}

	return nil
}

func countUsable(quotes []messages.Quote) int {
	n := 0

	for i := range quotes {
		if quotes[i].Outcome == messages.OutcomeOK {
			n++
		}
	}

	return n
}

// probePoll asks once.
func (a *app) probePoll(ctx context.Context, p *probing, vendor *config.Vendor) ([]messages.Quote, error) {
	source, err := feed.New(vendor.Feed) //nolint:contextcheck // requests get their context when they are sent
	if err != nil {
		return nil, usageError("%w", err)
	}
	defer source.Close()

	trace := &feed.Trace{}
	quotes, err := source.Fetch(feed.WithTrace(ctx, trace), vendor.Listing().Instruments)

	for _, exchange := range trace.Exchanges() {
		a.printExchange(exchange, p.raw)
	}

	return quotes, err
}

func (a *app) printExchange(e *feed.Exchange, raw bool) {
	show := func(format string, values ...any) {
		_, _ = fmt.Fprintln(a.out, printable(fmt.Sprintf(format, values...)))
	}

	show("%s %s", e.Method, e.URL)

	for _, header := range e.Header {
		show("  %s", header)
	}

	if e.Payload != "" {
		show("  body %s", e.Payload)
	}

	show("status %d, %d bytes; dns %s, connect %s, tls %s, first byte %s, body %s", e.Status, e.Size, milliseconds(e.DNS),
		milliseconds(e.Connect), milliseconds(e.TLS), milliseconds(e.Wait), milliseconds(e.Read))

	if e.Failure != "" {
		show("no answer: %s", e.Failure)
	}

	if raw {
		for _, header := range e.AnswerHeader {
			show("  %s", header)
		}

		for line := range strings.Lines(string(e.Answer)) {
			show("  %s", strings.TrimRight(line, "\r\n"))
		}
	}
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
}

// probeStream listens until every instrument has been heard of or time is up.
func (a *app) probeStream(ctx context.Context, p *probing, vendor *config.Vendor) ([]messages.Quote, error) {
	var mu sync.Mutex

	begun := time.Now()
	stream, err := feed.NewStream(vendor.Feed, nil, streaming.WithObserver(func(direction string, at time.Time, frame []byte) {
		mu.Lock()
		defer mu.Unlock()

		if direction == streaming.Sent || p.raw {
			_, _ = fmt.Fprintln(a.out, printable(fmt.Sprintf("%8s %-8s %s", milliseconds(at.Sub(begun)), direction, frame)))
		}
	}))
	if err != nil {
		return nil, usageError("%w", err)
	}

	listing := vendor.Listing().Instruments
	newest := make(map[messages.Instrument]messages.Quote, len(listing))

	ctx, done := context.WithCancel(ctx)
	defer done()

	err = stream.Stream(ctx, listing, func(update messages.StreamUpdate) {
		for i := range update.Quotes {
			newest[update.Quotes[i].Instrument] = update.Quotes[i]
		}

		if len(newest) == len(listing) && !p.raw {
			done()
		}
	})

	quotes := make([]messages.Quote, 0, len(listing))

	for _, instrument := range listing {
		quote, heard := newest[instrument]
		if !heard {
			quote = messages.Quote{Instrument: instrument, Outcome: messages.OutcomeMissingSymbol, Detail: "nothing came within " + p.within.String()}
		}

		quotes = append(quotes, quote)
	}

	if ctx.Err() != nil {
		err = nil // we ended it
	}

	return quotes, err
}

func (a *app) printQuotes(quotes []messages.Quote) error {
	t := &table{colour: a.wantsColour(a.out), width: reportWidth}
	t.header("INSTRUMENT", "OUTCOME", ">PRICE", ">BID", ">ASK", "TIME", "NOTE")

	for i := range quotes {
		q := &quotes[i]

		at := "-"
		if !q.VendorTime.IsZero() {
			at = q.VendorTime.UTC().Format(timeLayout)
		}

		t.row(
			cell{text: string(q.Instrument), style: bold}, cell{text: string(q.Outcome), style: outcomeStyle(q.Outcome)},
			cell{text: q.Price.Text(), right: true}, cell{text: q.Bid.Text(), right: true}, cell{text: q.Ask.Text(), right: true},
			cell{text: at, style: dim}, cell{text: strings.TrimSpace(q.Flags.String() + " " + q.Detail), style: dim},
		)
	}

	return t.write(a.out)
}
