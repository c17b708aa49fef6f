// Package words says in text what tables of snapshots show, the same in reports and in the live view.
package words

import (
	"strings"

	"github.com/rollcall-go/rollcall/messages"
)

// Prices are the prices in the roster's order, with spaces behind them, so that their decimal points stand below each other when they are aligned
// to the right. None stands for a price that is not there.
func Prices(s *messages.Snapshot, none string) []string {
	texts, decimals := make([]string, len(s.Instruments)), make([]int, len(s.Instruments))
	most := 0

	for i := range s.Instruments {
		if texts[i] = s.Instruments[i].Price.Text(); texts[i] == "" {
			texts[i] = none
		}

		if point := strings.IndexByte(texts[i], '.'); point >= 0 {
			decimals[i] = len(texts[i]) - point
		}

		most = max(most, decimals[i])
	}

	for i := range texts {
		texts[i] += strings.Repeat(" ", most-decimals[i])
	}

	return texts
}

// Sources are the vendors of an instrument, each with what went wrong.
func Sources(s *messages.Snapshot, entry *messages.Entry) string {
	parts := make([]string, 0, len(entry.Sources))

	for _, ref := range entry.Sources {
		quote := s.Source(ref)
		text := string(quote.Vendor)

		if quote.Outcome != messages.OutcomeOK {
			text += " " + string(quote.Outcome)
		}

		parts = append(parts, text)
	}

	return strings.Join(parts, ", ")
}
