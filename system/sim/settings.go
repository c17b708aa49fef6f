package sim

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"
)

// DefaultListen is the address of a simulator that is not told one: a free port on loopback.
const DefaultListen = "127.0.0.1:0"

// Settings say which vendors a simulator plays and where.
type Settings struct {
	// Listen is the host:port to listen on; DefaultListen if empty.
	Listen string
	// Vendors are the vendors to play, at least one, each with a name of its own.
	Vendors []Vendor
	// Seed decides all prices, draws and jitter. Zero is a seed like any other.
	Seed uint64
	// TLS makes the simulator speak HTTPS; plain HTTP if nil. Authority.Config makes good and bad ones.
	TLS *tls.Config
	// Log receives a line for each request, at debug level, and a warning where a client does not do what a recording expects; nothing is logged
	// if nil.
	Log *logrus.Entry
}

// Vendor is one simulated vendor.
type Vendor struct {
	// Name is the vendor's path, below /v1/ if its prices walk; Class is for people and for whoever builds a configuration from the settings.
	Name, Class string
	// Play is what the vendor plays; then it has no Instruments and no Walk. Nil: its prices walk.
	Play *Play
	// Instruments are what the vendor quotes, in the order of its answers.
	Instruments []Instrument
	// Latency is the time to each answer; Jitter adds up to that much, drawn evenly.
	Latency, Jitter time.Duration
	// Walk is the most a price moves from one answer to the next: a decimal such as "0.05", or parts per million of the start such as
	// "200ppm". Empty: prices stand still.
	Walk string
	// Faults are what goes wrong from the start.
	Faults []Fault
}

// Instrument is one price a vendor quotes.
type Instrument struct {
	// Symbol is the vendor's name for it.
	Symbol string
	// Start is the first price: a positive decimal of at most 15 digits. Its number of decimals is kept.
	Start string
	// Step replaces the vendor's Walk for this instrument; the same text.
	Step string
}

// Default returns the three vendors of the demonstration: equities, commodities and forex, slow in their own ways, prices walking.
func Default() []Vendor {
	return []Vendor{
		{
			Name: "equities", Class: "equities", Latency: 1200 * time.Millisecond, Walk: "300ppm",
			Instruments: []Instrument{{Symbol: "AAPL", Start: "185.20"}, {Symbol: "MSFT", Start: "412.75"}, {Symbol: "GOOGL", Start: "171.35"}},
		},
		{
			Name: "commodities", Class: "commodities", Latency: 900 * time.Millisecond, Walk: "200ppm",
			Instruments: []Instrument{{Symbol: "GOLD", Start: "2648.30"}, {Symbol: "SILVER", Start: "31.145"}, {Symbol: "OIL", Start: "71.24"}},
		},
		{
			Name: "forex", Class: "forex", Latency: 1100 * time.Millisecond, Walk: "100ppm",
			Instruments: []Instrument{
				{Symbol: "EUR/USD", Start: "1.08450"}, {Symbol: "GBP/USD", Start: "1.26310"}, {Symbol: "USD/JPY", Start: "154.320"},
			},
		},
	}
}

// Validate reports every mistake in the settings, without listening anywhere.
func (s *Settings) Validate() error {
	_, err := s.compile()

	return err
}

// compile checks the settings and makes their vendors; all mistakes are reported at once.
func (s *Settings) compile() (map[string]*vendor, error) {
	if len(s.Vendors) == 0 {
		return nil, errors.New("no vendors")
	}

	vendors := make(map[string]*vendor, len(s.Vendors))

	var problems []error

	for _, v := range s.Vendors {
		compiled, err := newVendor(v, s.Seed)

		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("vendor %q: %w", v.Name, err))
		case vendors[v.Name] != nil:
			problems = append(problems, fmt.Errorf("vendor %q: named twice", v.Name))
		default:
			vendors[v.Name] = compiled
		}
	}

	return vendors, errors.Join(problems...)
}
