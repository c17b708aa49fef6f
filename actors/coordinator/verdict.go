package coordinator

import (
	"fmt"

	"github.com/rollcall-go/rollcall/messages"
)

// judge makes a vendor's report of its answer. The quotes are shared, not copied. An answer that does not fit the listing is malformed
// and none of it is used.
func judge(listing *messages.Listing, answer *messages.QuotesFetched) messages.VendorReport {
	report := messages.VendorReport{Latency: answer.Latency, Attempts: answer.Attempts, Feed: answer.Feed}

	if !aligned(listing, answer.Quotes) {
		report.Outcome = messages.OutcomeMalformed
		report.Detail = fmt.Sprintf("answer with %d quotes does not fit the %d instruments", len(answer.Quotes), len(listing.Instruments))

		return report
	}

	report.Quotes = answer.Quotes
	tally(&report, answer.Failure)

	return report
}

// tally makes a vendor's outcome of its quotes. Held is why they are not newer; nil if they are new.
func tally(report *messages.VendorReport, held *messages.Failure) {
	report.Usable = 0

	for i := range report.Quotes {
		if report.Quotes[i].Usable() {
			report.Usable++
		}
	}

	switch report.Usable {
	case len(report.Quotes):
		report.Outcome, report.Detail = messages.OutcomeOK, ""
	case 0:
		report.Outcome, report.Detail = commonest(report.Quotes)
	default:
		report.Outcome, report.Detail = messages.OutcomePartial, shortfall(report.Quotes, report.Usable)
	}

	report.Detail = withHeld(report.Detail, held)
}

// withHeld says first why the quotes are not newer, if that is a failure: an outcome of ok hides it otherwise.
func withHeld(detail string, failure *messages.Failure) string {
	switch {
	case failure == nil:
		return detail
	case detail == "":
		return messages.CleanDetail("held; " + failure.Error())
	default:
		return messages.CleanDetail("held; " + failure.Error() + "; " + detail)
	}
}

// judgeFailure makes a vendor's report of its failure.
func judgeFailure(answer *messages.FetchFailed) messages.VendorReport {
	return messages.VendorReport{
		Outcome:  unusable(answer.Failure.Outcome),
		Detail:   shortDetail(answer.Failure.Detail),
		Latency:  answer.Latency,
		Attempts: answer.Attempts,
		Feed:     answer.Feed,
	}
}

// judgeState returns the outcome of a vendor that cannot be asked because of its state.
func judgeState(state messages.VendorState) messages.Outcome {
	switch state {
	case messages.VendorQuarantined:
		return messages.OutcomeQuarantined
	case messages.VendorPaused:
		return messages.OutcomePaused
	default:
		return messages.OutcomeCrashed
	}
}

func aligned(listing *messages.Listing, quotes []messages.Quote) bool {
	if len(quotes) != len(listing.Instruments) {
		return false
	}

	for i := range quotes {
		if quotes[i].Instrument != listing.Instruments[i] {
			return false
		}
	}

	return true
}

// commonest returns the outcome that most quotes have, the first of them where several do, and the detail of its first quote.
func commonest(quotes []messages.Quote) (messages.Outcome, string) {
	counts := make(map[messages.Outcome]int)
	for i := range quotes {
		counts[unusable(quotes[i].Outcome)]++
	}

	best := &quotes[0]
	for i := range quotes {
		if counts[unusable(quotes[i].Outcome)] > counts[unusable(best.Outcome)] {
			best = &quotes[i]
		}
	}

	return unusable(best.Outcome), shortDetail(best.Detail)
}

// shortfall says which instruments a partial answer lacks, by the first of them.
func shortfall(quotes []messages.Quote, usable int) string {
	for i := range quotes {
		if q := &quotes[i]; !q.Usable() {
			return messages.CleanDetail(fmt.Sprintf("%d of %d unusable, first %s: %s",
				len(quotes)-usable, len(quotes), q.Instrument, unusable(q.Outcome)))
		}
	}

	return ""
}

// unusable returns the outcome of something that gave no price: what claims to be ok, or is no known outcome, is malformed.
func unusable(outcome messages.Outcome) messages.Outcome {
	if outcome == messages.OutcomeOK || !outcome.Valid() {
		return messages.OutcomeMalformed
	}

	return outcome
}

// shortDetail keeps the limit of a detail even where the sender did not.
func shortDetail(detail string) string {
	if len(detail) <= messages.MaxDetail {
		return detail
	}

	return messages.CleanDetail(detail)
}
