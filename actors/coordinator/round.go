package coordinator

import (
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// roll is what the coordinator knows of its rounds: the last number given, the round in flight, and how each vendor stands.
type roll struct {
	roster  *messages.Roster
	vendors []standing     // by listing
	last    messages.Round // the last round begun; numbers are never given twice
	closed  messages.Round // the last round closed, 0 before the first
	rounds  uint64         // rounds closed
	late    uint64         // answers that came after their round was closed
	open    *round         // nil between rounds
}

// standing is how one vendor stands with its supervisor.
type standing struct {
	state    messages.VendorState
	restarts int
	detail   string
}

// round is one fan-out and fan-in while it is open.
type round struct {
	number   messages.Round
	started  time.Time // with a monotonic reading
	deadline time.Time // the same
	onDemand bool      // not begun by the schedule, which may join it
	reports  []messages.VendorReport
	pending  int                       // reports without an outcome
	held     map[int]*messages.Failure // by listing: why its quotes are not newer; nil where all are
}

func newRoll(roster *messages.Roster, first messages.Round) *roll {
	vendors := make([]standing, len(roster.Listings()))
	for i := range vendors {
		vendors[i].state = messages.VendorRunning
	}

	return &roll{roster: roster, vendors: vendors, last: first - 1}
}

// begin opens the next round. Vendors that are not asked because of their state have their outcome at once.
func (r *roll) begin(now time.Time, deadline time.Duration, onDemand bool) *round {
	r.last++
	r.open = &round{
		number:   r.last,
		started:  now,
		deadline: now.Add(deadline),
		onDemand: onDemand,
		reports:  make([]messages.VendorReport, len(r.vendors)),
		pending:  len(r.vendors),
	}

	for i := range r.vendors {
		if v := &r.vendors[i]; !v.state.Asked() {
			r.open.settle(i, messages.VendorReport{Outcome: judgeState(v.state), Detail: v.detail})
		}
	}

	return r.open
}

// answered takes a vendor's quotes. It returns the vendor's position, and false if the answer does not count: it is late, or the vendor is
// unknown or has its outcome already.
func (r *roll) answered(answer *messages.QuotesFetched) (int, bool) {
	i, ok := r.expected(answer.Vendor, answer.Round)
	if !ok {
		return 0, false
	}

	if !r.open.settle(i, judge(&r.roster.Listings()[i], answer)) {
		return i, false
	}

	r.open.hold(i, answer.Failure)

	return i, true
}

// failed takes a vendor's failure, like answered. That it has run out of time is not taken once the round has: the round's own verdict follows at
// once, and is the same for all.
func (r *roll) failed(answer *messages.FetchFailed, now time.Time) (int, bool) {
	i, ok := r.expected(answer.Vendor, answer.Round)
	if !ok || (answer.Failure.Outcome == messages.OutcomeTimeout && !now.Before(r.open.deadline)) {
		return 0, false
	}

	return i, r.open.settle(i, judgeFailure(answer))
}

// expected finds the vendor of an answer and counts the answer if it is late.
func (r *roll) expected(vendor messages.Vendor, number messages.Round) (int, bool) {
	if r.open != nil && r.open.number == number {
		return r.roster.Vendor(vendor)
	}

	if number > 0 && number <= r.last {
		r.late++ // also from a vendor that is not there any more
	}

	return 0, false
}

// changed takes a vendor's new state. A vendor that can no longer answer the round in flight has crashed in it; true is returned with its
// position if that gave it its outcome.
func (r *roll) changed(change *messages.VendorStateChanged) (int, bool) {
	i, known := r.roster.Vendor(change.Vendor)
	if !known {
		return 0, false
	}

	detail := shortDetail(change.Detail)
	r.vendors[i] = standing{state: change.State, restarts: change.Restarts, detail: detail}

	if r.open == nil || change.State.Asked() {
		return i, false
	}

	outcome := messages.OutcomeCrashed
	if change.State == messages.VendorPaused {
		outcome = messages.OutcomePaused
	}

	return i, r.open.settle(i, messages.VendorReport{Outcome: outcome, Detail: detail, Attempts: 1})
}

// unreachable says that a vendor's fetcher does not exist, like changed.
func (r *roll) unreachable(i int) bool {
	return r.open != nil && r.open.settle(i, messages.VendorReport{Outcome: messages.OutcomeCrashed, Detail: "fetcher is gone"})
}

// complete gives every vendor without an outcome this one, and all vendors their standing.
func (r *roll) complete(outcome messages.Outcome, detail string) {
	for i := range r.open.reports {
		report := &r.open.reports[i]
		if report.Outcome == "" {
			report.Outcome, report.Detail, report.Attempts = outcome, detail, 1
		}

		report.State, report.Restarts = r.vendors[i].state, r.vendors[i].restarts
	}

	r.open.pending = 0
}

// finish ends the round in flight; answers to it are late from now on.
func (r *roll) finish() {
	r.closed = r.open.number
	r.rounds++
	r.open = nil
}

// hold remembers why a vendor's quotes are not newer, if there is a reason.
func (o *round) hold(i int, failure *messages.Failure) {
	if failure == nil {
		return
	}

	if o.held == nil {
		o.held = make(map[int]*messages.Failure)
	}

	o.held[i] = failure
}

// settle gives a vendor its outcome, once.
func (o *round) settle(i int, report messages.VendorReport) bool {
	if o.reports[i].Outcome != "" {
		return false
	}

	o.reports[i] = report
	o.pending--

	return true
}
