package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/auditlog"
)

func (a *app) auditShow() *cobra.Command {
	var (
		kinds            []string
		vendor, from, to string
		format           string
		filter           auditlog.Filter
	)

	cmd := &cobra.Command{
		Use:   "show",
		Short: "Print entries of the audit log",
		Example: `  rollcall audit show                              the last 50 entries
  rollcall audit show --kind crashed,restarted --vendor forex
  rollcall audit show --last 0 --format json | jq 'select(.kind == "snapshot")'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("format", format, "table", "json"); err != nil {
				return err
			}

			if filter.Last < 0 {
				return usageError("--last %d: use 0 (all) or more", filter.Last)
			}

			for _, kind := range kinds {
				if err := oneOf("kind", kind, factKinds()...); err != nil {
					return err
				}

				filter.Kinds = append(filter.Kinds, messages.FactKind(kind))
			}

			filter.Vendor = messages.Vendor(vendor)

			var err error
			if filter.From, err = parseTime("from", from); err != nil {
				return err
			}

			if filter.To, err = parseTime("to", to); err != nil {
				return err
			}

			return a.showEntries(filter, format)
		},
	}
	cmd.Flags().StringSliceVar(&kinds, "kind", nil, "only these `kinds`, such as snapshot,crashed")
	cmd.Flags().StringVar(&vendor, "vendor", "", "only this `vendor`")
	cmd.Flags().StringVar(&from, "from", "", "not before this `time`: RFC 3339, or an age such as 1h")
	cmd.Flags().StringVar(&to, "to", "", "before this `time`: RFC 3339, or an age such as 5m")
	cmd.Flags().IntVar(&filter.Last, "last", 50, "only the newest `n` of them; 0 for all")
	cmd.Flags().StringVar(&format, "format", "table", "`format`: table or json (one object a line)")
	suggest(cmd, "format", "table", "json")
	suggest(cmd, "kind", factKinds()...)

	return cmd
}

// factKinds are the kinds that can be asked for. "segment" is the audit log's own: the first entry of each file.
func factKinds() []string {
	kinds := []messages.FactKind{
		messages.FactStarted, messages.FactShutdown, messages.FactSnapshot, messages.FactOutcome, messages.FactAccepted, messages.FactCrashed,
		messages.FactRestarted, messages.FactQuarantined, messages.FactRecovered, messages.FactPaused, messages.FactResumed, messages.FactConfiguration,
		messages.FactClockStep, messages.FactPoison, messages.FactGap, messages.FactDurability, messages.FactSystemic, "segment",
	}

	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = string(kind)
	}

	return words
}

// parseTime reads an RFC 3339 time, or an age before now.
func parseTime(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}

	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}

	age, err := time.ParseDuration(text)
	if err != nil || age < 0 {
		return time.Time{}, usageError("--%s %q: use a time such as 2026-11-21T06:00:00Z, or an age such as 1h", flag, text)
	}

	return time.Now().Add(-age), nil
}

func (a *app) showEntries(filter auditlog.Filter, format string) error {
	t := &table{colour: a.wantsColour(a.out)}
	t.header(">SEQ", "AT", "KIND", ">ROUND", "VENDOR", "WHAT")

	bad := 0

	for entry, err := range auditlog.Read(a.auditDir(), filter) {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return a.noRecord(err)
		case err != nil:
			bad++

			_, _ = fmt.Fprintf(a.err, "warning: %s\n", err)
		case format == "json":
			if err := a.printJSON(entryJSON(&entry)); err != nil {
				return err
			}
		default:
			t.row(entryCells(&entry)...)
		}
	}

	if format != "json" {
		if err := t.write(a.out); err != nil {
			return err
		}
	}

	if bad > 0 {
		return fmt.Errorf("audit log: %s; 'rollcall audit verify%s' names the first", count(bad, "unreadable place"), a.dataFlag())
	}

	return nil
}

func entryCells(e *auditlog.Entry) []cell {
	round := ""
	if e.Round > 0 {
		round = strconv.FormatUint(uint64(e.Round), 10)
	}

	return []cell{
		{text: strconv.FormatUint(e.Seq, 10), right: true, style: dim},
		{text: e.At.Format("2006-01-02 15:04:05.000Z"), style: dim},
		{text: string(e.Kind), style: kindStyle(e.Kind)},
		{text: round, right: true},
		{text: string(e.Vendor), style: bold},
		{text: fieldsText(e.Fields)},
	}
}

// fieldsText shows the fields of an entry on one line; digests are cut, 'show --format json' has them whole.
func fieldsText(fields []messages.Field) string {
	const digestShown, digestLength = 12, 64

	parts := make([]string, 0, len(fields))

	for _, field := range fields {
		value := field.Value
		if value == "" {
			continue
		}

		if len(value) == digestLength {
			value = value[:digestShown] + "…"
		}

		if strings.ContainsAny(value, " \"") {
			value = strconv.Quote(value)
		}

		parts = append(parts, field.Name+"="+value)
	}

	return strings.Join(parts, " ")
}

func kindStyle(kind messages.FactKind) style {
	switch kind {
	case messages.FactCrashed, messages.FactQuarantined, messages.FactPoison, messages.FactGap:
		return red
	case messages.FactRestarted, messages.FactPaused, messages.FactOutcome, messages.FactDurability, messages.FactClockStep,
		messages.FactSystemic:
		return yellow
	case messages.FactRecovered, messages.FactResumed:
		return green
	default:
		return plain
	}
}

// entryJSON is an entry as an object, its fields in one map.
func entryJSON(e *auditlog.Entry) any {
	fields := make(map[string]string, len(e.Fields))
	for _, field := range e.Fields {
		fields[field.Name] = field.Value
	}

	return struct {
		Seq    uint64            `json:"seq"`
		At     time.Time         `json:"at"`
		Kind   messages.FactKind `json:"kind"`
		Round  messages.Round    `json:"round,omitempty"`
		Vendor messages.Vendor   `json:"vendor,omitempty"`
		Data   map[string]string `json:"data"`
		Prev   string            `json:"prev"`
		Hash   string            `json:"hash"`
	}{e.Seq, e.At, e.Kind, e.Round, e.Vendor, fields, e.Prev.String(), e.Hash.String()}
}

// printJSON writes one value as one line.
func (a *app) printJSON(value any) error {
	if err := json.NewEncoder(a.out).Encode(value); err != nil {
		return fmt.Errorf("json: %w", err)
	}

	return nil
}
