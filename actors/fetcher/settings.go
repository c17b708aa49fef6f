package fetcher

import (
	"slices"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// Defaults of Settings, where a field is zero.
const (
	// DefaultAttempts is one: whoever wants retries says how many the vendor's terms allow.
	DefaultAttempts = 1
	// DefaultRetryBase and DefaultRetryMax keep a second and third attempt inside a deadline of a few seconds.
	DefaultRetryBase = 100 * time.Millisecond
	DefaultRetryMax  = 2 * time.Second
	// DefaultRatePer makes a bare number of requests mean requests a second.
	DefaultRatePer = time.Second
	// DefaultBurst is one: requests are spaced evenly, so that no window of any position holds more than the vendor allows.
	DefaultBurst = 1
	// DefaultFailures and DefaultWindow: fewer failures happen on any network, and half of twenty is more than bad luck.
	DefaultFailures = 5
	DefaultWindow   = 20
	// DefaultRestBase and DefaultRestMax: a rest is noticed by the vendor from 5 s, and never longer than people wait for a fix.
	DefaultRestBase = 5 * time.Second
	DefaultRestMax  = 5 * time.Minute
	// DefaultAuthRest spares a vendor that refuses our credentials: they do not heal by themselves, and insisting locks accounts.
	DefaultAuthRest = time.Minute
	// DefaultMinRetryAfter and DefaultMaxRetryAfter bound what a vendor may wish for, so that a bad header cannot silence it for a day.
	DefaultMinRetryAfter = time.Second
	DefaultMaxRetryAfter = 5 * time.Minute
	// DefaultQuotaRest is for an allowance that is used up where the vendor does not say when it begins anew: a request each quarter of an hour
	// costs little, and nobody waits long after midnight.
	DefaultQuotaRest = 15 * time.Minute
)

// grace is how long a request may go on after its round's deadline: the coordinator's verdict at the deadline always comes first.
const grace = 10 * time.Millisecond

// Settings say which vendor is asked, for what, and how patiently. Vendor and Instruments are required.
type Settings struct {
	Vendor      messages.Vendor
	Instruments []messages.Instrument // in the order of the listing, each once
	Deadline    time.Duration         // own limit of a poll; 0 means the round's
	Retry       Retry
	Rate        Rate    // used where there is no Budget
	Budget      *Budget // what the vendor's key may spend, shared by all whose vendors use it; nil makes one of Rate
	// Every is how often the vendor is asked, at most; 0 means each round. Rounds in between are answered at once with the last answer, judged
	// anew: it gets older, and stale in the end. If the vendor then fails, its last good answer is held on and the failure said beside it,
	// until it is stale or, where nothing gets stale, for as long again.
	Every time.Duration
	// AfterFailure is when the vendor is asked again after a poll that has failed; 0 means Every.
	AfterFailure time.Duration
	Breaker      Breaker
	Verdict      Verdict
	Slots        *Slots         // cap on requests in flight, shared by all fetchers; nil means no cap
	Uniform      func() float64 // randomness of delays, in [0, 1); nil means rand.Float64
	Log          *logrus.Entry  // nil discards
}

// Retry says how often a request is made within one poll. Retries never outlive the deadline.
type Retry struct {
	Attempts int            // requests in all; 0 means DefaultAttempts
	Backoff  actors.Backoff // between them; zero means DefaultRetryBase … DefaultRetryMax
}

// Rate is the vendor's allowance: Requests in Per. No requests means unlimited.
type Rate struct {
	Requests int
	Per      time.Duration // 0 means DefaultRatePer
	Burst    int           // requests that may follow one another without a pause; 0 means DefaultBurst
}

// Breaker says when a failing vendor is left alone, and for how long.
type Breaker struct {
	Failures      int            // in a row that open it, and successes in a row that forget earlier openings; 0 means DefaultFailures
	Window        int            // it also opens when half of this many polls failed; 0 means DefaultWindow
	Backoff       actors.Backoff // how long it stays open; zero means DefaultRestBase … DefaultRestMax
	AuthRest      time.Duration  // at least this long after refused credentials; 0 means DefaultAuthRest
	MinRetryAfter time.Duration  // a vendor's own wish is raised to this; 0 means DefaultMinRetryAfter
	MaxRetryAfter time.Duration  // and cut to this, or to a day where its allowance is used up; 0 means DefaultMaxRetryAfter
	QuotaRest     time.Duration  // after an allowance is used up, where the vendor has no wish; 0 means DefaultQuotaRest
}

// Verdict says which times make a quote unusable: quotes older than MaxAge are stale (0 means never), quotes ahead by more than MaxSkew are
// from the future (0 means DefaultMaxSkew).
type Verdict = verdict.Limits

// DefaultMaxSkew is how far ahead an honest vendor's clock may be.
const DefaultMaxSkew = verdict.DefaultMaxSkew

func (s Settings) withDefaults() Settings {
	s.Instruments = slices.Clone(s.Instruments)
	s.Retry.Attempts = orDefault(s.Retry.Attempts, DefaultAttempts)
	s.Retry.Backoff = orBackoff(s.Retry.Backoff, DefaultRetryBase, DefaultRetryMax)
	s.Rate.Per = orDefault(s.Rate.Per, DefaultRatePer)
	s.Rate.Burst = orDefault(s.Rate.Burst, DefaultBurst)
	s.Breaker = s.Breaker.withDefaults()
	s.AfterFailure = orDefault(min(s.AfterFailure, s.Every), s.Every)

	if s.Budget == nil {
		s.Budget = NewBudget(BudgetSettings{Windows: []Window{{Credits: s.Rate.Requests, Per: s.Rate.Per}}, Burst: s.Rate.Burst})
	}

	s.Log = actors.OrSilent(s.Log).WithField("vendor", s.Vendor)

	return s
}

func (b Breaker) withDefaults() Breaker {
	return Breaker{
		Failures:      orDefault(b.Failures, DefaultFailures),
		Window:        orDefault(b.Window, DefaultWindow),
		Backoff:       orBackoff(b.Backoff, DefaultRestBase, DefaultRestMax),
		AuthRest:      orDefault(b.AuthRest, DefaultAuthRest),
		MinRetryAfter: orDefault(b.MinRetryAfter, DefaultMinRetryAfter),
		MaxRetryAfter: orDefault(b.MaxRetryAfter, DefaultMaxRetryAfter),
		QuotaRest:     orDefault(b.QuotaRest, DefaultQuotaRest),
	}
}

func orDefault[T int | time.Duration](value, fallback T) T {
	if value <= 0 {
		return fallback
	}

	return value
}

func orBackoff(b actors.Backoff, base, limit time.Duration) actors.Backoff {
	b.Base = orDefault(b.Base, base)
	b.Max = max(orDefault(b.Max, limit), b.Base)

	return b
}
