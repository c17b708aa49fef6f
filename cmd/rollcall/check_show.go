package main

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/system/config"
	"github.com/rollcall-go/rollcall/system/service"
)

// pace is how often a vendor of a configuration would be asked.
type pace struct {
	vendor   *config.Vendor
	schedule *fetcher.Schedule
	round    time.Duration
}

// paces are those of all vendors, in the order of the file.
func paces(cfg *config.Config) ([]pace, error) {
	schedules, err := service.Schedules(cfg)
	if err != nil {
		return nil, usageError("%w", err)
	}

	list := make([]pace, len(schedules))
	for i := range schedules {
		list[i] = pace{&cfg.Vendors[i], &schedules[i], cfg.Every}
	}

	return list, nil
}

func (p pace) pushes() bool { return p.vendor.Feed.Stream.URL != "" }

func (p pace) polled() bool {
	return !p.pushes() || p.vendor.Feed.URL != "" || len(p.vendor.Feed.Endpoints) > 0
}

// way is how quotes come.
func (p pace) way() string {
	switch {
	case !p.polled():
		return "stream"
	case p.pushes():
		return "stream, poll"
	default:
		return "poll"
	}
}

// every is the time between two polls; nil where there are none.
func (p pace) every() any {
	if !p.polled() || p.schedule.Never {
		return nil
	}

	return max(p.schedule.Every, p.round)
}

// why is the reason, for people.
func (p pace) why() string {
	switch {
	case !p.polled():
		return "it pushes"
	case p.pushes():
		return p.schedule.Reason + ", while its stream is down"
	default:
		return p.schedule.Reason
	}
}

// paceColumns are those of the schedule. A table has no room for what its reasons say anyway, and durations as people write them.
func paceColumns(format string) []column[pace] {
	columns := []column[pace]{
		{"vendor", "VENDOR", func(p pace) any { return string(p.vendor.Name) }},
		{"instruments", ">INSTRUMENTS", func(p pace) any { return len(p.vendor.Feed.Symbols) }},
		{"by", "BY", func(p pace) any { return p.way() }},
	}

	if format == "table" {
		return append(columns, column[pace]{"why", "ASKED", func(p pace) any { return printable(p.why()) }})
	}

	return append(columns,
		column[pace]{"every_ms", "", pace.every},
		column[pace]{"stretched", "", func(p pace) any { return p.polled() && p.schedule.Stretched }},
		column[pace]{"never", "", func(p pace) any { return p.polled() && p.schedule.Never }},
		column[pace]{"why", "", func(p pace) any { return p.why() }},
	)
}

// showCheck prints the schedule of a configuration without mistakes.
func (a *app) showCheck(file, format string, cfg *config.Config) error {
	list, err := paces(cfg)
	if err != nil {
		return err
	}

	if format == "table" {
		instruments := 0
		for _, p := range list {
			instruments += len(p.vendor.Feed.Symbols)
		}

		if _, err := fmt.Fprintf(a.out, "%s: ok: %s, %s, every %s, deadline %s\n",
			file, count(len(list), "vendor"), count(instruments, "instrument"), cfg.Every, cfg.Deadline); err != nil {
			return fmt.Errorf("check: %w", err)
		}
	}

	return printRows(a, format, paceColumns(format), succeeding(slices.Values(list)))
}

// succeeding are rows none of which can fail.
func succeeding[R any](rows iter.Seq[R]) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}
