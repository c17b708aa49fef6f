package messages

import "time"

// VendorsMessage is what the vendors supervisor understands.
//
//sumtype:decl
type VendorsMessage interface{ vendorsMessage() }

// FetcherRecovered is sent by a fetcher after its first good fetch since it started (Settled false: a probe has succeeded), and once more
// when it has had three good fetches and 60 s (Settled true: its restart count starts anew).
type FetcherRecovered struct {
	Vendor  Vendor
	Settled bool
}

// DescribeVendors asks for the state of every vendor; answered by VendorsDescribed to the sender.
type DescribeVendors struct{}

// PauseVendor has a vendor left alone until ResumeVendor, over restarts of the supervisor and changes of the configuration: its fetcher is
// stopped. Answered by VendorSteered to the sender.
type PauseVendor struct {
	Vendor Vendor
	By     string // who wants it, for the record
}

// ResumeVendor ends a pause; the vendor starts as if it had never crashed. Answered by VendorSteered to the sender.
type ResumeVendor struct {
	Vendor Vendor
	By     string // who wants it, for the record
}

// RestartVendor has a vendor's fetcher started anew at once, also out of back-off and quarantine, as if it had never crashed. Answered by
// VendorSteered to the sender.
type RestartVendor struct {
	Vendor Vendor
	By     string // who wants it, for the record
}

func (*FetcherRecovered) vendorsMessage() {}
func (*DescribeVendors) vendorsMessage()  {}
func (*PauseVendor) vendorsMessage()      {}
func (*ResumeVendor) vendorsMessage()     {}
func (*RestartVendor) vendorsMessage()    {}

// VendorSteered answers PauseVendor, ResumeVendor and RestartVendor. What is so already is no refusal.
type VendorSteered struct {
	Status  VendorStatus // as it is now; zero if the vendor is unknown
	Refusal SteerRefusal // empty if it was done
}

// SteerRefusal is why a vendor cannot be steered.
type SteerRefusal string

// The refusals.
const (
	RefusedUnknown SteerRefusal = "unknown vendor"
	RefusedPaused  SteerRefusal = "vendor is paused" // what is paused is resumed, not restarted
)

// VendorsDescribed answers DescribeVendors.
type VendorsDescribed struct {
	Vendors []VendorStatus // in configured order
	Uplink  UplinkStatus
}

// VendorStatus is how one vendor stands with its supervisor.
type VendorStatus struct {
	Vendor    Vendor
	State     VendorState
	Restarts  int       // since the program started
	NextTry   time.Time // when a waiting vendor is restarted or probed; zero while it runs
	LastCrash string    // the last panic's text; empty if it never crashed
}

// VendorStateChanged tells the coordinator that a vendor crashed, was restarted, quarantined, is being probed or runs again.
type VendorStateChanged struct {
	Vendor   Vendor
	State    VendorState
	Restarts int
	Detail   string // for people, such as "panic: index out of range; restart in 180ms"
	At       time.Time
}
