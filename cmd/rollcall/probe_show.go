package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/config"
)

func (a *app) runProbe(ctx context.Context, p *probing, vendor *config.Vendor) error {
	ask := a.probePoll
	if p.stream {
		ask = a.probeStream
	}

	begun := time.Now()
	quotes, err := ask(ctx, p, vendor)
	elapsed := time.Since(begun)

	failure := &messages.Failure{}
	if err != nil && !errors.As(err, &failure) {
		return err
	}

	untimely := judgeQuotes(p, vendor, quotes)
	outcome := outcomeOf(quotes, failure)

	if err := a.printQuotes(quotes); err != nil {
		return err
	}

	if untimely > 0 {
		_, _ = fmt.Fprintf(a.out, "the times of %s do not count with --at: a service would refuse them\n", count(untimely, "quote"))
	}

	line := fmt.Sprintf("outcome %s after %s", outcome, seconds(elapsed))
	if failure.Detail != "" {
		line += ": " + failure.Detail
	}

	if _, err := fmt.Fprintln(a.out, printable(line)); err != nil {
		return fmt.Errorf("outcome: %w", err)
	}

	if outcome != messages.OutcomeOK {
		return &exitError{code: exitIncomplete}
	}

	return nil
}

// judgeQuotes gives quotes the outcomes that they would have in a round held now. Where times do not count, it returns how many would have another
// one because of them.
func judgeQuotes(p *probing, vendor *config.Vendor, quotes []messages.Quote) (untimely int) {
	now := time.Now()
	limits := fetcher.Verdict{MaxAge: vendor.MaxAge, MaxSkew: vendor.MaxSkew}

	if p.at == "" {
		fetcher.Judge(quotes, limits, now)

		return 0
	}

	strictly := slices.Clone(quotes)
	fetcher.Judge(strictly, limits, now)
	fetcher.Judge(quotes, fetcher.Verdict{MaxSkew: math.MaxInt64}, now)

	for i := range quotes {
		if quotes[i].Usable() && !strictly[i].Usable() {
			untimely++
		}
	}

	return untimely
}

// outcomeOf is the vendor's outcome, as a round would have it: that of most quotes where none can be used.
func outcomeOf(quotes []messages.Quote, failure *messages.Failure) messages.Outcome {
	usable, most := 0, messages.Outcome("")
	counts := make(map[messages.Outcome]int)

	for i := range quotes {
		outcome := quotes[i].Outcome
		counts[outcome]++

		switch {
		case outcome == messages.OutcomeOK:
			usable++
		case most == "" || counts[outcome] > counts[most]:
			most = outcome
		}
	}

	switch {
	case usable == 0 && failure.Outcome != "":
		return failure.Outcome
	case usable == 0:
		return most
	case usable < len(quotes):
		return messages.OutcomePartial
	default:
		return messages.OutcomeOK
	}
}

func (a *app) printQuotes(quotes []messages.Quote) error {
	t := &table{colour: a.wantsColour(a.out), width: reportWidth}
	t.header("INSTRUMENT", "OUTCOME", ">PRICE", ">BID", ">ASK", "TIME", "NOTE")

	for i := range quotes {
		q := &quotes[i]

		at := "-"
		if !q.VendorTime.IsZero() {
			at = q.VendorTime.UTC().Format(timeLayout)
		}

		t.row(
			cell{text: string(q.Instrument), style: bold}, cell{text: string(q.Outcome), style: outcomeStyle(q.Outcome)},
			cell{text: q.Price.Text(), right: true}, cell{text: q.Bid.Text(), right: true}, cell{text: q.Ask.Text(), right: true},
			cell{text: at, style: dim}, cell{text: strings.TrimSpace(q.Flags.String() + " " + q.Detail), style: dim},
		)
	}

	return t.write(a.out)
}
