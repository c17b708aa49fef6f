package core

import (
	"slices"
	"time"
)

// watch is what the root knows of one child: when it crashed, and when it last answered.
type watch struct {
	crashes  []time.Time   // within the window, oldest first
	restarts int           // since the program started
	silent   int           // heartbeats in a row without an answer
	up       bool          // it has answered at least once
	asked    time.Time     // when the oldest question without an answer was put; zero if there is none
	took     time.Duration // from the last question that was answered to its answer
}

// crash notes a crash and returns how many there were within the window, this one included.
func (w *watch) crash(now time.Time, window time.Duration) int {
	w.crashes = slices.DeleteFunc(w.crashes, func(at time.Time) bool { return now.Sub(at) > window })
	w.crashes = append(w.crashes, now)
	w.restarts++

	return len(w.crashes)
}

// beat notes that the child is asked again and returns for how many heartbeats it has been silent.
func (w *watch) beat(now time.Time) int {
	if w.asked.IsZero() {
		w.asked = now
	}

	w.silent++

	return w.silent - 1
}

// answer notes that the child answered.
func (w *watch) answer(now time.Time) {
	if !w.asked.IsZero() {
		w.took = now.Sub(w.asked)
	}

	w.asked = time.Time{}
	w.silent = 0
	w.up = true
}

// lag is how long the last answer took, or how long there has been none to the question that is open.
func (w *watch) lag(now time.Time) time.Duration {
	if w.asked.IsZero() {
		return w.took
	}

	return max(w.took, now.Sub(w.asked))
}
