package sim

import (
	"fmt"
	"slices"
	"strings"
)

// Kind names what goes wrong. The set is closed: Kinds lists it, Kind.Help explains each.
type Kind string

// Faults of time and of the connection.
const (
	Latency     Kind = "latency"
	Jitter      Kind = "jitter"
	Hang        Kind = "hang"
	Stall       Kind = "stall"
	StallBody   Kind = "stall-body"
	DripBody    Kind = "drip-body"
	DripHeaders Kind = "drip-headers"
	Reset       Kind = "reset"
	ResetBody   Kind = "reset-body"
	EOF         Kind = "eof"
	CutBody     Kind = "cut-body"
)

// Faults of the HTTP status, and redirects.
const (
	Status          Kind = "status"
	Flap            Kind = "flap"
	HTMLStatus      Kind = "html-status"
	ErrorBody       Kind = "error-body"
	RateLimited     Kind = "rate-limited"
	RateLimitedDate Kind = "rate-limited-date"
	Redirect        Kind = "redirect"
	RedirectLoop    Kind = "redirect-loop"
	RedirectChain   Kind = "redirect-chain"
	BadLocation     Kind = "bad-location"
)

// Bodies that are not the answer, with status 200.
const (
	Body          Kind = "body"
	HTML          Kind = "html"
	HTMLAsJSON    Kind = "html-as-json"
	Empty         Kind = "empty"
	Null          Kind = "null"
	EmptyObject   Kind = "empty-object"
	EmptyArray    Kind = "empty-array"
	Scalar        Kind = "scalar"
	ErrorText     Kind = "error-text"
	RandomBytes   Kind = "random-bytes"
	UTF16         Kind = "utf16"
	BOM           Kind = "bom"
	TrailingData  Kind = "trailing-data"
	TwoDocuments  Kind = "two-documents"
	DuplicateKeys Kind = "duplicate-keys"
	DeepArrays    Kind = "deep-arrays"
	DeepObjects   Kind = "deep-objects"
)

// Faults of prices.
const (
	Freeze         Kind = "freeze"
	Spike          Kind = "spike"
	Swap           Kind = "swap"
	Price          Kind = "price"
	NaN            Kind = "nan"
	Infinity       Kind = "infinity"
	HugeNumber     Kind = "huge-number"
	TinyNumber     Kind = "tiny-number"
	LongNumber     Kind = "long-number"
	PlusNumber     Kind = "plus-number"
	LeadingZero    Kind = "leading-zero"
	ZeroPrice      Kind = "zero-price"
	NegativePrice  Kind = "negative-price"
	NullPrice      Kind = "null-price"
	DecimalComma   Kind = "decimal-comma"
	ThousandsComma Kind = "thousands-comma"
	PaddedPrice    Kind = "padded-price"
	Crossed        Kind = "crossed"
)

// Faults of symbols and time stamps.
const (
	HalfSymbols    Kind = "half-symbols"
	WrongSymbols   Kind = "wrong-symbols"
	ExtraSymbols   Kind = "extra-symbols"
	HostileSymbols Kind = "hostile-symbols"
	InvalidUTF8    Kind = "invalid-utf8"
	LongSymbol     Kind = "long-symbol"
	Time           Kind = "time"
	Stale          Kind = "stale"
	Future         Kind = "future"
	ZeroTime       Kind = "zero-time"
	UnixSeconds    Kind = "unix-seconds"
)

// Faults of size, of the encoding and of the HTTP headers.
const (
	Endless         Kind = "endless"
	EndlessSlow     Kind = "endless-slow"
	HugeLength      Kind = "huge-length"
	LongString      Kind = "long-string"
	Gzip            Kind = "gzip"
	GzipBomb        Kind = "gzip-bomb"
	GzipCorrupt     Kind = "gzip-corrupt"
	GzipCut         Kind = "gzip-cut"
	GzipPlain       Kind = "gzip-plain"
	UnknownEncoding Kind = "unknown-encoding"
	ManyHeaders     Kind = "many-headers"
	HugeHeader      Kind = "huge-header"
	EndlessHints    Kind = "endless-hints"
	BadStatusLine   Kind = "bad-status-line"
	HTTP09          Kind = "http09"
	TwoLengths      Kind = "two-lengths"
	NegativeLength  Kind = "negative-length"
	BadChunk        Kind = "bad-chunk"
)

// Faults of vendors that push: of the messages, over WebSockets and line streams alike, and of the WebSocket itself.
const (
	WSSilent    Kind = "ws-silent"
	WSDrop      Kind = "ws-drop"
	WSClose     Kind = "ws-close"
	WSFlood     Kind = "ws-flood"
	WSNoPong    Kind = "ws-nopong"
	WSDuplicate Kind = "ws-duplicate"
	WSReorder   Kind = "ws-reorder"
	WSGap       Kind = "ws-gap"
	WSReject    Kind = "ws-reject"
	WSBadAccept Kind = "ws-badaccept"
	WSHuge      Kind = "ws-huge"
	WSNegative  Kind = "ws-negative"
	WSFragments Kind = "ws-fragments"
	WSPingFlood Kind = "ws-pingflood"
	WSDrip      Kind = "ws-drip"
	WSGarbage   Kind = "ws-garbage"
)

// Kinds returns every kind, in the order of the constants' themes.
func Kinds() []Kind {
	entries := catalogue()
	kinds := make([]Kind, len(entries))

	for i, e := range entries {
		kinds[i] = e.kind
	}

	return kinds
}

// Help says in one line what the kind does; empty for a kind that does not exist.
func (k Kind) Help() string {
	known, _ := lookup(k)

	return known.help
}

// Usage returns the kind with its default parameters, as ParseFault reads it; empty for a kind that does not exist.
func (k Kind) Usage() string {
	known, found := lookup(k)
	if !found {
		return ""
	}

	fault := known.initial
	fault.Kind = k

	return fault.String()
}

// Pushed reports whether the kind goes wrong where a vendor pushes, so that it needs one that plays a script.
func (k Kind) Pushed() bool {
	known, _ := lookup(k)

	return known.pushed()
}

// Priced reports whether the kind changes simulated prices, so that a vendor that plays recorded answers cannot have it.
func (k Kind) Priced() bool {
	known, _ := lookup(k)

	return known.priced()
}

// action is what a fault does in one exchange.
type action func(x *exchange, f Fault)

// entry describes one kind. A kind with an edit changes quotes and lets the answer go on; one with an act gives the answer; one with
// neither is the vendor's own business (delays and frozen prices).
type entry struct {
	kind    Kind
	options string // the parameters it takes; the first is the one that may follow the kind's name
	initial Fault  // their defaults
	most    int64  // of Size; 0 is any
	help    string
	edit    action
	act     action
	stream  bool // acts on connections over which the vendor pushes only
	socket  bool // acts on WebSockets only
}

func (e *entry) pushed() bool { return e.stream || e.socket }

func (e *entry) priced() bool { return e.edit != nil || e.kind == Freeze || e.kind == ExtraSymbols }

// suits says why a vendor cannot have the fault: play is what it plays, nil where its prices walk.
func (e *entry) suits(play *Play) error {
	switch {
	case play != nil && e.priced():
		return fmt.Errorf("fault %s: needs prices that walk, not recorded ones", e.kind)
	case e.pushed() && (play == nil || len(play.Script) == 0):
		return fmt.Errorf("fault %s: needs a vendor that pushes", e.kind)
	default:
		return nil
	}
}

// concerns reports whether the kind acts in an exchange.
func (e *entry) concerns(x *exchange) bool {
	return e.act != nil && (!e.stream || x.pushes) && (!e.socket || x.pushes && upgrades(x.r))
}

// catalogue is every kind with what it does.
func catalogue() []entry {
	return slices.Concat(
		timeFaults(), connectionFaults(), statusFaults(), redirectFaults(), documentFaults(), depthFaults(),
		priceFaults(), numberFaults(), symbolFaults(), stampFaults(), sizeFaults(), encodingFaults(), headerFaults(),
		streamFaults(), handshakeFaults(), frameFaults(),
	)
}

func lookup(kind Kind) (entry, bool) {
	for _, e := range catalogue() {
		if e.kind == kind {
			return e, true
		}
	}

	return entry{}, false
}

// parameter is the option whose value may follow the kind's name; empty if there is none.
func (e *entry) parameter() string {
	first, _, _ := strings.Cut(e.options, " ")

	return first
}

// takes reports whether the kind knows the option.
func (e *entry) takes(name string) bool {
	o, found := findOption(name)

	return found && o.condition || slices.Contains(strings.Fields(e.options), name)
}

// unknownKind names the kinds that begin alike, or says where all of them are.
func unknownKind(name string) error {
	var alike []string

	for _, k := range Kinds() {
		if name != "" && (strings.HasPrefix(string(k), name) || strings.HasPrefix(name, string(k)) || strings.Contains(string(k), name)) {
			alike = append(alike, string(k))
		}
	}

	if len(alike) > 0 {
		return fmt.Errorf("unknown fault %q, did you mean %s", clip(name), strings.Join(alike, " or "))
	}

	return fmt.Errorf("unknown fault %q", clip(name))
}
