package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
)

// writeCSV writes one line for each instrument of a snapshot.
func writeCSV(out io.Writer, s *messages.Snapshot) error {
	records := [][]string{{"round", "instrument", "class", "status", "price", "age_ms", "used", "expected"}}

	for i, entry := range s.Roster.Entries() {
		report := s.Instruments[i]
		age := ""

		if !report.Price.IsZero() {
			age = strconv.FormatInt(report.Age.Milliseconds(), 10)
		}

		records = append(records, []string{
			strconv.FormatUint(uint64(s.Round), 10), inert(string(entry.Instrument)), inert(entry.Class), string(report.Status), report.Price.Text(),
			age, strconv.Itoa(report.Used), strconv.Itoa(len(entry.Sources)),
		})
	}

	if err := csv.NewWriter(out).WriteAll(records); err != nil {
		return fmt.Errorf("csv: %w", err)
	}

	return nil
}

// inert keeps a spreadsheet from taking a name for a formula. It is for names only: a negative price stays a number.
func inert(name string) string {
	if name != "" && strings.ContainsRune("=+-@\t\r\n", rune(name[0])) {
		return "'" + name
	}

	return name
}
