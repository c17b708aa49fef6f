package streamer

import "time"

const (
	// pulseSpan is how many minutes the usual rate looks back, smoothed.
	pulseSpan = 30
	// pulseHistory is how many minutes must be known before anything is called unusual.
	pulseHistory = 10
	// pulseRecent is how many whole minutes are compared with the usual rate.
	pulseRecent = 2
	// pulseQuiet is a rate, in updates a minute, below which a stream is quiet by nature and never thin.
	pulseQuiet = 5
	// pulseRelief is how much more than the limit brings a thin stream back, so that it does not flutter.
	pulseRelief = 2
)

// pulse knows how busy a line usually is and notices when it is far below that. The usual rate outlives restarts.
type pulse struct {
	usual   float64 // updates a minute, of the minutes before the recent ones
	minutes int     // of them

	began  time.Time        // of the present minute; zero while there is no connection
	count  int              // updates in it
	recent [pulseRecent]int // the last whole minutes, the newest last
	known  int              // of them
	thin   bool
}

// begin starts counting with a connection that is ready.
func (p *pulse) begin(now time.Time) {
	p.end()
	p.began = now
}

// end stops counting: minutes without a connection say nothing about the market.
func (p *pulse) end() {
	p.began, p.count, p.known, p.thin = time.Time{}, 0, 0, false
}

func (p *pulse) add(updates int) { p.count += updates }

// due is the end of the present minute; zero while there is no connection.
func (p *pulse) due() time.Time {
	if p.began.IsZero() {
		return time.Time{}
	}

	return p.began.Add(time.Minute)
}

// advance closes the minutes that are over and reports whether the line has become thin, or has recovered.
func (p *pulse) advance(share float64, now time.Time) (changed bool) {
	if p.began.IsZero() {
		return false
	}

	was := p.thin

	for closed := 0; !now.Before(p.due()); closed++ {
		if closed > pulseRecent { // the machine slept: nothing is known about that time
			p.begin(now)

			break
		}

		p.close()
		p.thin = p.isThin(share)
	}

	return p.thin != was
}

func (p *pulse) close() {
	if p.known == pulseRecent {
		p.minutes++
		weight := max(1/float64(p.minutes), 2/float64(pulseSpan+1))
		p.usual += weight * (float64(p.recent[0]) - p.usual)
	}

	copy(p.recent[:], p.recent[1:])
	p.recent[pulseRecent-1] = p.count
	p.known = min(p.known+1, pulseRecent)
	p.began = p.began.Add(time.Minute)
	p.count = 0
}

func (p *pulse) isThin(share float64) bool {
	if p.known < pulseRecent || p.minutes < pulseHistory || p.usual < pulseQuiet {
		return false
	}

	if p.thin {
		share *= pulseRelief
	}

	return p.rate() < share*p.usual
}

// rate is updates a minute of late.
func (p *pulse) rate() float64 {
	sum := 0
	for _, n := range p.recent {
		sum += n
	}

	return float64(sum) / pulseRecent
}
