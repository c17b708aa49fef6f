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

func (*FetcherRecovered) vendorsMessage() {}
func (*DescribeVendors) vendorsMessage()  {}

// VendorsDescribed answers DescribeVendors, in configured order.
type VendorsDescribed struct{ Vendors []VendorStatus }

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
