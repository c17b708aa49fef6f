package testkit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// script is what goes wrong, and for how long it is watched.
type script struct {
	length time.Duration
	faults []fault
}

// fault is one thing that goes wrong at a vendor between two moments.
type fault struct {
	vendor   messages.Vendor
	from, to time.Duration // since the start; no end where to is 0
	kind     kind
	delay    time.Duration     // of late
	failure  *messages.Failure // of fail
}

// kind names what goes wrong; empty where nothing does.
type kind string

const (
	hang   kind = "hang"
	fail   kind = "fail"
	panics kind = "panic"
	late   kind = "late"
	flood  kind = "flood"
	silent kind = "silent"
)

// parse reads a script. The error lists every mistake with its line.
func parse(text string) (*script, error) {
	s := &script{}

	var problems []error

	number := 0
	for line := range strings.Lines(text) {
		number++

		words, _, _ := strings.Cut(line, "#")
		if err := s.line(strings.Fields(words)); err != nil {
			problems = append(problems, fmt.Errorf("line %d: %w", number, err))
		}
	}

	if s.length == 0 && len(problems) == 0 {
		problems = append(problems, errors.New("how long it runs is missing, such as 'for 1m'"))
	}

	return s, errors.Join(problems...)
}

// line reads one line, cut into words.
func (s *script) line(words []string) (err error) {
	switch {
	case len(words) == 0:
		return nil
	case len(words) == 2 && words[0] == "for":
		s.length, err = positive(words[1])

		return err
	case len(words) < 3:
		return errors.New("write 'VENDOR FROM..TO FAULT', such as 'forex 10s..20s hang'")
	}

	f := fault{vendor: messages.Vendor(words[0]), kind: kind(words[2])}

	if f.from, f.to, err = window(words[1]); err != nil {
		return err
	}

	parameters := words[3:]

	switch f.kind {
	case hang, panics, flood, silent:
		if len(parameters) > 0 {
			err = errors.New("takes nothing more")
		}
	case late:
		f.delay, err = positive(strings.Join(parameters, " "))
	case fail:
		f.failure, err = failure(parameters)
	default:
		err = errors.New("unknown; there are hang, fail, panic, late, flood and silent")
	}

	if err != nil {
		return fmt.Errorf("%s: %w", f.kind, err)
	}

	s.faults = append(s.faults, f)

	return nil
}

// failure reads an outcome and its detail.
func failure(words []string) (*messages.Failure, error) {
	if len(words) == 0 || words[0] == string(messages.OutcomeOK) || !slices.Contains(messages.Outcomes(), messages.Outcome(words[0])) {
		return nil, errors.New("write the outcome, such as 'fail rate_limited slow down'")
	}

	return messages.NewFailure(messages.Outcome(words[0]), strings.Join(words[1:], " ")), nil
}

// window reads FROM..TO, or FROM.. without an end.
func window(text string) (from, to time.Duration, err error) {
	start, end, found := strings.Cut(text, "..")

	from, err = time.ParseDuration(start)
	if !found || err != nil || from < 0 {
		return 0, 0, fmt.Errorf("%q is not a time such as 10s..20s", text)
	}

	if end == "" {
		return from, 0, nil
	}

	if to, err = time.ParseDuration(end); err != nil || to <= from {
		return 0, 0, fmt.Errorf("%q is not a time such as 10s..20s", text)
	}

	return from, to, nil
}

func positive(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is not a duration such as 30s", text)
	}

	return d, nil
}
