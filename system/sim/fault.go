package sim

import (
	"errors"
	"fmt"
	"time"
)

// Fault is one thing that goes wrong: what, with which parameters, and when. Parameters at zero have the defaults that Kind.Usage shows.
// Conditions at zero always hold; several must hold together.
type Fault struct {
	// Kind says what goes wrong.
	Kind Kind

	// Status is the HTTP status, 200 to 599; Code the status a WebSocket is closed with, 1000 to 4999.
	Status, Code int
	// Delay is how long it takes, how long a connection lives, the pause between two pieces of a drip, or the error of a time stamp.
	Delay time.Duration
	// RetryAfter is the value of the Retry-After header; none where zero and the kind does not need it.
	RetryAfter time.Duration
	// Size counts bytes, digits, levels, symbols or redirects; for a spike it is the factor.
	Size int64
	// Body is the text a kind needs: a whole body, the raw JSON of a price or time, or the target of a redirect.
	Body string

	// Chance is the probability, above 0 and at most 1, that a request is hit.
	Chance float64
	// Every hits each n-th request, First only the first n. Both count the vendor's requests since the fault was set.
	Every, First int
	// After and For bound a window of time that begins when the fault is set; For zero is without end.
	After, For time.Duration
	// Up and Down alternate: fine for Up, failing for Down, and again.
	Up, Down time.Duration
}

// Validate reports every mistake in the fault.
func (f Fault) Validate() error {
	known, found := lookup(f.Kind)
	if !found {
		return unknownKind(string(f.Kind))
	}

	var problems []error

	for _, o := range options() {
		if o.get(f) != "" && !known.takes(o.name) {
			problems = append(problems, fmt.Errorf("takes no %s", o.name))
		}
	}

	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		problems = append(problems, errors.New("status is not between 200 and 599"))
	}

	if f.Code != 0 && (f.Code < 1000 || f.Code > 4999) {
		problems = append(problems, errors.New("code is not between 1000 and 4999"))
	}

	if !(f.Chance >= 0 && f.Chance <= 1) { // NaN is neither
		problems = append(problems, errors.New("chance is not between 0 and 1"))
	}

	if min(f.Delay, f.RetryAfter, f.After, f.For, f.Up, f.Down) < 0 || min(f.Size, int64(f.Every), int64(f.First)) < 0 {
		problems = append(problems, errors.New("negative value"))
	}

	if (f.Up > 0) != (f.Down > 0) {
		problems = append(problems, errors.New("up and down need each other"))
	}

	if known.most > 0 && f.Size > known.most {
		problems = append(problems, fmt.Errorf("size is above %s", formatSize(known.most)))
	}

	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("fault %s: %w", f.Kind, err)
	}

	return nil
}

// settled returns the fault with the defaults of its kind in place of zero parameters.
func (f Fault) settled(initial Fault) Fault {
	f.Status = orElse(f.Status, initial.Status)
	f.Code = orElse(f.Code, initial.Code)
	f.Delay = orElse(f.Delay, initial.Delay)
	f.RetryAfter = orElse(f.RetryAfter, initial.RetryAfter)
	f.Size = orElse(f.Size, initial.Size)
	f.Body = orElse(f.Body, initial.Body)

	if f.Up == 0 && f.Down == 0 {
		f.Up, f.Down = initial.Up, initial.Down
	}

	return f
}

// due reports whether the fault hits the n-th request (from 1) that comes elapsed after it was set, given a draw from [0,1).
func (f Fault) due(n int, elapsed time.Duration, draw float64) bool {
	if f.First > 0 && n > f.First || f.Every > 0 && n%f.Every != 0 {
		return false
	}

	since := elapsed - f.After
	if since < 0 || f.For > 0 && since >= f.For {
		return false
	}

	if cycle := f.Up + f.Down; cycle > 0 && since%cycle < f.Up {
		return false
	}

	return f.Chance == 0 || draw < f.Chance
}

func orElse[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}

	return value
}
