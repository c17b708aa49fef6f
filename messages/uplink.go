package messages

import "time"

// VendorUnreachable tells the vendors supervisor that the network, and not the vendor, has failed a request or a connection: see
// Failure.Unreached. It is sent after each, with its sender.
type VendorUnreachable struct{ Vendor Vendor }

// VendorReachable tells the vendors supervisor that a vendor has answered, whatever it has said. It is sent once after VendorUnreachable, with
// its sender.
type VendorReachable struct{ Vendor Vendor }

func (*VendorUnreachable) vendorsMessage() {}
func (*VendorReachable) vendorsMessage()   {}

// CapBackoff tells a fetcher or a streamer that most vendors fail at once, so that the fault is likely to be in our own uplink: the network's
// failures are not held against the vendor until a CapBackoff without a limit ends it.
type CapBackoff struct {
	Limit time.Duration // how long the vendor is left alone at most after such a failure; 0 ends the cap
	// Turn, from 0 to Turns−1, is the vendor's place among all: requests are not sent at the same moment.
	Turn, Turns int
}

func (*CapBackoff) fetcherMessage() {}

// UplinkStatus says whether our own uplink seems to be down: most vendors have failed at once.
type UplinkStatus struct {
	Down    bool
	Since   time.Time // when that was noticed; zero while it is up
	Failing int       // vendors that the network fails now
	Vendors int       // of so many that are asked often enough to tell, and were not gone long before
}

// Unreached reports whether the network has failed, on our side or the vendor's or in between, so that the failure says nothing about how the
// vendor wants to be treated.
func (f *Failure) Unreached() bool {
	if f.Final || f.RetryAfter > 0 {
		return false
	}

	switch f.Outcome {
	case OutcomeTimeout, OutcomeDNS, OutcomeRefused, OutcomeReset, OutcomeTLS, OutcomeDisconnected, OutcomeStalled:
		return true
	default:
		return false
	}
}
