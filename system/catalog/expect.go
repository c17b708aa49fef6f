package catalog

import (
	"bytes"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/example"
)

type fileStep struct {
	Server string        `yaml:"server"`
	Packed string        `yaml:"packed"`
	Client string        `yaml:"client"`
	Within time.Duration `yaml:"within"`
	Every  time.Duration `yaml:"every"`
	Idle   time.Duration `yaml:"idle"`
	Silent time.Duration `yaml:"silent"`
	Close  int           `yaml:"close"`
	Reason string        `yaml:"reason"`
}

// step reads one step of a script.
func (r *reader) step(node *yaml.Node) example.Step {
	var raw fileStep

	if r.add(node, node.Load(&raw, yaml.WithKnownFields())) {
		return example.Step{}
	}

	kinds := 0

	for _, is := range []bool{raw.Server != "", raw.Client != "", raw.Silent != 0, raw.Close != 0} {
		if is {
			kinds++
		}
	}

	switch {
	case kinds != 1:
		r.problem(node, "a step is one of server, client, silent and close")
	case min(raw.Within, raw.Every, raw.Idle, raw.Silent) < 0:
		r.problem(node, "a time is negative")
	case raw.Client == "" && (raw.Within != 0 || raw.Every != 0 || raw.Idle != 0):
		r.problem(node, "within, every and idle belong to client")
	case raw.Packed != "" && raw.Server == "":
		r.problem(node, "packed belongs to server")
	case raw.Packed != "" && raw.Packed != "gzip" && raw.Packed != "deflate" && raw.Packed != "zlib":
		r.problem(node, "packed: not gzip, deflate or zlib")
	case raw.Close != 0 && (raw.Close < 1000 || raw.Close > 4999):
		r.problem(node, "close: %d is not between 1000 and 4999", raw.Close)
	}

	return example.Step(raw)
}

type fileQuote struct {
	Instrument string   `yaml:"instrument"`
	Outcome    string   `yaml:"outcome"`
	Price      string   `yaml:"price"`
	Bid        string   `yaml:"bid"`
	Ask        string   `yaml:"ask"`
	Time       string   `yaml:"time"`
	Flags      []string `yaml:"flags"`
	Mid        string   `yaml:"mid"`
	Size       string   `yaml:"size"`
	Volume     string   `yaml:"volume"`
	Currency   string   `yaml:"currency"`
	Unit       string   `yaml:"unit"`
	Sequence   uint64   `yaml:"sequence"`
}

// quote reads what must come for one instrument.
func (r *reader) quote(node *yaml.Node) example.Quote {
	var raw fileQuote

	if r.add(node, node.Load(&raw, yaml.WithKnownFields())) {
		return example.Quote{}
	}

	if raw.Instrument == "" {
		r.problem(node, "expect: no instrument")
	}

	if (raw.Outcome == "") == (raw.Price == "") {
		r.problem(node, "expect: one of price and outcome")
	}

	if raw.Outcome != "" && !messages.Outcome(raw.Outcome).Valid() {
		r.problem(node, "unknown outcome %q", raw.Outcome)
	}

	for _, text := range []string{raw.Price, raw.Bid, raw.Ask, raw.Mid, raw.Size, raw.Volume} {
		if _, err := messages.ParseDecimal(text); text != "" && err != nil {
			r.problem(node, "%q: %w", text, err)
		}
	}

	for _, word := range raw.Flags {
		if _, known := messages.ParseFlag(word); !known {
			r.problem(node, "unknown flag %q", word)
		}
	}

	return example.Quote{
		Instrument: raw.Instrument, Outcome: raw.Outcome, Price: raw.Price, Bid: raw.Bid, Ask: raw.Ask, Time: r.stamp(node, raw.Time),
		Flags: raw.Flags, Mid: raw.Mid, Size: raw.Size, Volume: raw.Volume, Currency: raw.Currency, Unit: raw.Unit, Sequence: raw.Sequence,
	}
}

// stamp reads a time stamp; none is the zero time.
func (r *reader) stamp(node *yaml.Node, text string) time.Time {
	if text == "" {
		return time.Time{}
	}

	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		r.problem(node, "time: %q is not a time such as 2026-11-20T15:04:05Z", text)
	}

	return at
}

// trimmed is text without spaces and line ends around it.
func trimmed(text []byte) string { return string(bytes.TrimSpace(text)) }
