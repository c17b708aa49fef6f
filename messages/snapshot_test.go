package messages_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/messages"
)

func TestSnapshotLooksUpByName(t *testing.T) {
	s := example()

	report, known := s.Price("AAPL")
	assert.True(t, known)
	assert.Equal(t, "185.20", report.Price.Text())

	_, known = s.Price("aapl")
	assert.False(t, known)

	vendor, known := s.Vendor("forex")
	assert.True(t, known)
	assert.Equal(t, messages.OutcomeTimeout, vendor.Outcome)

	_, known = s.Vendor("AAPL")
	assert.False(t, known)

	assert.Equal(t, []messages.Instrument{"EUR/USD", "USD/JPY"}, s.Missing())
}

func TestSourceOfAVendorWithoutQuotesSaysWhy(t *testing.T) {
	s := example()

	entry := s.Roster.Entries()[1]
	assert.Equal(t, messages.Instrument("EUR/USD"), entry.Instrument)
	assert.Equal(t, messages.Quote{
		Instrument: "EUR/USD", Vendor: "forex", Outcome: messages.OutcomeTimeout, Detail: "no answer within 2s",
	}, s.Source(entry.Sources[0]))

	assert.Equal(t, "185.20", s.Source(s.Roster.Entries()[0].Sources[0]).Price.Text())
}

func TestWithDurableLeavesTheOriginal(t *testing.T) {
	s := example()
	assert.Same(t, s, s.WithDurable(true))

	other := s.WithDurable(false)
	assert.False(t, other.Durable)
	assert.True(t, s.Durable)
	assert.Same(t, &s.Instruments[0], &other.Instruments[0], "the reports are shared")
}
