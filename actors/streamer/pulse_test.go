package streamer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/actors/streamer"
)

// minutes adds n updates in each of some minutes and reports whether the line was ever thin in them, and at the end.
func minutes(p *streamer.Pulse, from time.Time, count, updates int) (ever, last bool) {
	for i := range count {
		_, last = p.Add(updates, from.Add(time.Duration(i)*time.Minute))
		ever = ever || last
	}

	return ever, last
}

func TestPulseNoticesThatALineIsThin(t *testing.T) {
	t.Parallel()

	var p streamer.Pulse

	p.Begin(noon)

	ever, _ := minutes(&p, noon, 15, 600)
	assert.False(t, ever)

	at := noon.Add(15 * time.Minute)
	_, thin := p.Add(50, at)
	assert.False(t, thin)
	_, thin = p.Add(50, at.Add(time.Minute))
	assert.False(t, thin, "one minute is not enough")

	usual, thin := p.Add(50, at.Add(2*time.Minute))
	assert.True(t, thin, "two are")
	assert.InDelta(t, 600, usual, 1, "the thin minutes are not compared with themselves")

	// A little more does not end it; twice the limit does.
	_, last := minutes(&p, at.Add(3*time.Minute), 3, 70)
	assert.True(t, last)

	_, last = minutes(&p, at.Add(6*time.Minute), 3, 600)
	assert.False(t, last)
}

func TestPulseNeedsAHistory(t *testing.T) {
	t.Parallel()

	var p streamer.Pulse

	p.Begin(noon)
	minutes(&p, noon, 8, 600)

	ever, _ := minutes(&p, noon.Add(8*time.Minute), 3, 0)
	assert.False(t, ever, "eight minutes do not say what is usual")
}

func TestPulseQuietByNatureIsNeverThin(t *testing.T) {
	t.Parallel()

	var p streamer.Pulse

	p.Begin(noon)
	minutes(&p, noon, 30, 4)

	ever, _ := minutes(&p, noon.Add(30*time.Minute), 60, 0)
	assert.False(t, ever)
}

// What is usual follows the market: a night without trading is thin at first, and usual at last.
func TestPulseFollowsTheMarket(t *testing.T) {
	t.Parallel()

	var p streamer.Pulse

	p.Begin(noon)
	minutes(&p, noon, 60, 600)

	ever, last := minutes(&p, noon.Add(time.Hour), 240, 20)
	assert.True(t, ever)
	assert.False(t, last)
}

// Minutes without a connection, and those in which the machine slept, say nothing about the market.
func TestPulseIgnoresOutages(t *testing.T) {
	t.Parallel()

	var p streamer.Pulse

	p.Begin(noon)
	minutes(&p, noon, 20, 600)

	usual, _ := p.Add(0, noon.Add(20*time.Minute))
	p.End()

	back := noon.Add(5 * time.Hour)
	after, thin := p.Add(0, back)
	assert.False(t, thin)
	assert.InDelta(t, usual, after, 0.01)

	p.Begin(back)

	ever, _ := minutes(&p, back, 3, 600)
	assert.False(t, ever)

	slept := back.Add(10 * time.Hour)
	after, thin = p.Add(600, slept)
	assert.False(t, thin)
	assert.InDelta(t, usual, after, 200)

	ever, _ = minutes(&p, slept.Add(time.Minute), 10, 600)
	assert.False(t, ever)
}
