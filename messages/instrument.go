package messages

// Instrument is the canonical symbol a consumer asks for, such as AAPL, GOLD, EUR/USD or BTC/USD. What a vendor calls it is the
// source's own business.
type Instrument string

// Vendor is the name of one upstream provider: one vendor is one supervised fetcher actor.
type Vendor string

// Round is the number of one fan-out and fan-in: never reused, strictly increasing across restarts. The first is 1.
type Round uint64

// VendorState is how a vendor's fetcher stands with its supervisor.
type VendorState string

// The vendor states.
const (
	VendorRunning     VendorState = "running"     // asked in every round
	VendorBackoff     VendorState = "backoff"     // crashed; waiting for its restart
	VendorQuarantined VendorState = "quarantined" // crashed too often; waiting for its next probe
	VendorProbing     VendorState = "probing"     // restarted out of quarantine; one good fetch ends the probe
	VendorPaused      VendorState = "paused"      // paused by an operator
)

// Asked reports whether a round asks a vendor in this state for quotes.
func (s VendorState) Asked() bool { return s == VendorRunning || s == VendorProbing }
