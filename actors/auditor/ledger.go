package auditor

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rollcall-go/rollcall/messages"
)

// maxFlushes bounds how many flushes wait at once; one more is answered at once with what is unwritten.
const maxFlushes = 1024

// ledger is everything the auditor knows. It is a queue of entries whose first flight ones are with the log. Its methods take what
// happened and return what is to be done; they never do it.
type ledger struct {
	maxFacts, maxBytes int

	queue   queue
	flushes []flush

	batch    uint64 // number of the last batch; a late result or timer of another one is recognised by it
	flight   int    // entries that are with the log now
	alone    int    // entries at the head that go to the log one by one, because a batch with them panicked
	failures int    // failures in a row
	waiting  bool   // for retryDue

	received, written, dropped uint64
	lastErr                    string
}

// flush waits until the entries before position mark are on disk.
type flush struct {
	asker *actor.PID
	mark  uint64
}

func newLedger(settings Settings) *ledger {
	return &ledger{maxFacts: settings.MaxFacts, maxBytes: settings.MaxBytes}
}

// record takes a fact into the queue, or into the gap at its end if it does not fit.
func (l *ledger) record(fact *messages.RecordFact) []effect {
	if fact == nil {
		return nil
	}

	l.received++

	cost := costOf(fact)
	if len(l.queue.entries) >= l.maxFacts || l.queue.cost+cost > l.maxBytes {
		return append(l.drop(fact.At), l.next()...)
	}

	l.queue.push(entry{fact: fact, cost: cost})

	return l.next()
}

// drop counts a fact that does not fit. The gap takes its place in the queue at once, one place beyond the limit, and grows until it is
// handed to the log or a later fact fits behind it.
func (l *ledger) drop(at time.Time) []effect {
	l.dropped++

	if last := l.queue.last(); last != nil && last.fact == nil && len(l.queue.entries) > l.flight {
		last.gap.to = at
		last.gap.count++

		return nil
	}

	l.queue.push(entry{gap: gap{from: at, to: at, count: 1}, cost: factCost})

	return []effect{noteDropping{}}
}

// flush answers when everything received before it is on disk, or the next failure.
func (l *ledger) flush(asker *actor.PID) []effect {
	mark := l.queue.end()

	if mark == l.queue.taken || len(l.flushes) >= maxFlushes {
		return []effect{answerFlush{asker: asker, unwritten: l.queue.facts(mark)}}
	}

	l.flushes = append(l.flushes, flush{asker: asker, mark: mark})
	l.waiting = false // somebody waits: try at once

	return l.next()
}

// appended is the log's answer to a batch.
func (l *ledger) appended(batch uint64, err error) []effect {
	switch {
	case batch != l.batch || l.flight == 0:
		return nil
	case err != nil:
		return l.fail(err.Error())
	}

	effects := l.recovered()
	l.queue.pop(l.flight)
	l.written += uint64(l.flight) //nolint:gosec // a length
	l.alone = max(0, l.alone-l.flight)
	l.flight = 0

	return append(append(effects, l.answerWritten()...), l.next()...)
}

// panicked is the other end of a batch: the log panicked over it.
func (l *ledger) panicked(batch uint64, reason string, now time.Time) []effect {
	if batch != l.batch || l.flight == 0 {
		return nil
	}

	if l.flight > 1 { // nobody knows which of them it was
		l.alone = max(l.alone, l.flight)
		l.flight = 0

		return append(l.notice(reason), l.next()...)
	}

	head := &l.queue.entries[0]
	head.panics++

	if head.poison || head.fact == nil { // our own words: it is the log that is broken
		return l.fail(reason)
	}

	effects := l.notice(reason)

	if head.panics > 1 {
		l.queue.replace(poisoned(head.fact, now))
	}

	l.alone = max(l.alone, 1)
	l.flight = 0

	return append(effects, l.next()...)
}

// retryDue ends the back-off after a failed batch.
func (l *ledger) retryDue(batch uint64) []effect {
	if batch != l.batch || !l.waiting {
		return nil
	}

	l.waiting = false

	return l.next()
}

// resume is asked for by each incarnation: a timer that was lost with the one before is armed again. A batch that is with the log
// reports to whoever is there.
func (l *ledger) resume() []effect {
	if l.waiting {
		return []effect{retryLater{batch: l.batch, failures: l.failures}}
	}

	return l.next()
}

func (l *ledger) describe() *messages.RecordDescribed {
	return &messages.RecordDescribed{Received: l.received, Written: l.written, Dropped: l.dropped, LastErr: l.lastErr}
}

// fail keeps the batch, tells who waits for it, and waits.
func (l *ledger) fail(reason string) []effect {
	effects := l.notice(reason)
	l.flight = 0
	l.waiting = true

	for _, f := range l.flushes {
		effects = append(effects, answerFlush{asker: f.asker, unwritten: l.queue.facts(f.mark)})
	}

	l.flushes = nil
	l.queue.joinGaps() // no flush holds a position now

	return append(effects, retryLater{batch: l.batch, failures: l.failures})
}

// notice remembers a failure; only the first in a row is worth a log line.
func (l *ledger) notice(reason string) []effect {
	l.lastErr = reason
	l.failures++

	if l.failures > 1 {
		return nil
	}

	return []effect{noteFailing{reason: reason}}
}

func (l *ledger) recovered() []effect {
	if l.failures == 0 {
		return nil
	}

	failures := l.failures
	l.failures, l.lastErr = 0, ""

	return []effect{noteWorking{failures: failures}}
}

// next hands everything that waits to the log, unless it is busy or resting.
func (l *ledger) next() []effect {
	if l.flight > 0 || l.waiting || len(l.queue.entries) == 0 {
		return nil
	}

	l.flight = len(l.queue.entries)
	if l.alone > 0 {
		l.flight = 1
	}

	l.batch++

	facts := make([]*messages.RecordFact, l.flight)
	for i := range facts {
		facts[i] = l.queue.entries[i].record()
	}

	return []effect{appendFacts{batch: l.batch, facts: facts}}
}

func (l *ledger) answerWritten() []effect {
	var effects []effect

	done := 0
	for ; done < len(l.flushes) && l.flushes[done].mark <= l.queue.taken; done++ {
		effects = append(effects, answerFlush{asker: l.flushes[done].asker})
	}

	l.flushes = l.flushes[done:]

	return effects
}
