package main

import (
	"fmt"

	"github.com/rollcall-go/rollcall/messages"
)

// eventLine is what a terminal shows of an event while a round is open.
func eventLine(event messages.Event) string {
	switch e := event.(type) {
	case *messages.RoundStarted:
		return fmt.Sprintf("  round %d: %s asked, deadline %s\n", e.Round, count(e.Asked, "vendor"), e.Deadline)
	case *messages.VendorAnswered:
		return fmt.Sprintf("  %6s  %-12s %s\n", seconds(e.Elapsed), e.Vendor, answerText(e))
	case *messages.VendorStateChanged:
		return fmt.Sprintf("          %-12s %s: %s\n", e.Vendor, e.State, printable(e.Detail))
	default:
		return ""
	}
}

func answerText(e *messages.VendorAnswered) string {
	if e.Detail == "" {
		return fmt.Sprintf("%s, %s", e.Outcome, count(e.Usable, "quote"))
	}

	return fmt.Sprintf("%s: %s", e.Outcome, printable(e.Detail))
}
