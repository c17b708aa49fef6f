package coordinator

import "time"

// stepTolerance is how far the wall clock may move against the monotonic clock between two ticks before it counts as a step; to it comes
// a thousandth of the time that passed, which is twice what clocks are slewed by.
const stepTolerance = 250 * time.Millisecond

// punctual is the share of the interval that a tick may come late and still count as on the grid.
const punctual = 10

// instant is one moment on both clocks.
type instant struct {
	wall time.Time     // without a monotonic reading
	mono time.Duration // since some fixed moment
}

// schedule decides when rounds begin. Its grid is the multiples of every since the Unix epoch in wall time; it waits for them on the
// monotonic clock. A tick that comes late begins one round, never several: the grid points it slept through are counted as missed.
type schedule struct {
	every    time.Duration // 0: there is no grid
	deadline time.Duration // what a round begun off the grid is given before the next one
	next     time.Time     // the grid point that is due next; zero while not running
	last     instant       // when the clocks were last compared
	missed   uint64
}

// start begins the schedule with a round now; the next grid point is the first that leaves this round its deadline.
func (s *schedule) start(now instant) {
	if s.every <= 0 {
		return
	}

	s.last = now
	s.next = gridFrom(now.wall.Add(s.deadline), s.every)
}

// reset changes the grid between two rounds and reports whether it did; nothing begins before the schedule was started. The next round is at
// the first point of the new grid after now.
func (s *schedule) reset(every, deadline time.Duration, now instant, started bool) bool {
	s.deadline = deadline

	if every == s.every {
		return false
	}

	s.every, s.next = every, time.Time{}

	if started && every > 0 {
		s.last = now
		s.next = gridFrom(now.wall.Add(1), every)
	}

	return true
}

// stop ends the schedule.
func (s *schedule) stop() { s.next = time.Time{} }

// running reports whether a tick is due some time.
func (s *schedule) running() bool { return !s.next.IsZero() }

// due reports whether the grid point that is waited for has come.
func (s *schedule) due(now instant) bool { return s.running() && !s.next.After(now.wall) }

// wait returns how long it is to the next grid point; 0 if it has passed.
func (s *schedule) wait(now instant) time.Duration { return max(0, s.next.Sub(now.wall)) }

// tick moves on from the grid point that is due: a round begins now. It returns by how much the wall clock was stepped since the last
// tick, 0 if it was not. Ticks that come after a step, or too late, go on like a first round. A step itself misses no tick: only time that
// passed on the monotonic clock does.
func (s *schedule) tick(now instant) (step time.Duration) {
	due := s.next
	step = s.compare(now)

	if step == 0 && now.wall.Sub(due) <= s.every/punctual {
		s.next = due.Add(s.every)

		return 0
	}

	s.next = gridFrom(now.wall.Add(s.deadline), s.every)
	s.missed += uint64(max(0, (s.next.Sub(due)-step)/s.every-1))

	return step
}

func (s *schedule) compare(now instant) time.Duration {
	passed := now.mono - s.last.mono
	drift := now.wall.Sub(s.last.wall) - passed
	s.last = now

	if drift.Abs() <= stepTolerance+passed/1000 {
		return 0
	}

	return drift
}

// gridFrom returns the first multiple of every since the Unix epoch that is not before at.
func gridFrom(at time.Time, every time.Duration) time.Time {
	past := time.Duration(at.UnixNano() % int64(every))
	if past < 0 {
		past += every
	}

	if past == 0 {
		return at
	}

	return at.Add(every - past)
}
