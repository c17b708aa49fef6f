package rehearsal

import (
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/example"
)

// Differences lets tests compare quotes that no vendor sends.
func Differences(want *example.Quote, got *messages.Quote) []string { return differences(want, got) }

// CompareOutcome lets tests compare reports that no round holds.
func CompareOutcome(e *example.Example, report *messages.VendorReport) []string {
	return compareOutcome(e, report)
}
