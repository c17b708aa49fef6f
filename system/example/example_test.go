package example_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/system/example"
)

func TestWhatSucceedsIsMerged(t *testing.T) {
	price := []example.Quote{{Instrument: "A", Price: "1"}}
	first, second := []example.Step{{Server: "1"}}, []example.Step{{Server: "2"}}

	assert.Equal(t, example.Example{
		Name: "what succeeds", Symbols: "[A]", Instruments: []string{"A"}, Script: first,
		Answers: []example.Answer{{For: "one"}, {Body: "all"}, {Conditional: true}},
	}, example.Merge([]example.Example{
		{Outcome: "auth", Symbols: "[X]", Answers: []example.Answer{{Status: 401}}, Script: second},
		{Symbols: "[A]", Instruments: []string{"A"}, Answers: []example.Answer{{Body: "all"}, {Conditional: true}}, Expect: price},
		{Symbols: "[B]", Answers: []example.Answer{{For: "one"}}, Expect: price, Script: first},
		{Symbols: "[C]", Expect: []example.Quote{{Instrument: "C", Outcome: "unknown_symbol"}}, Script: second},
		{Symbols: "[D]", Expect: price, Script: second},
	}))

	assert.Equal(t, example.Example{Name: "what succeeds"}, example.Merge(nil))
}

func TestWhatExamplesAre(t *testing.T) {
	price, none := example.Quote{Price: "1"}, example.Quote{Outcome: "unknown_symbol"}

	for _, c := range []struct {
		e    example.Example
		want bool
	}{
		{example.Example{Expect: []example.Quote{none, price}}, true},
		{example.Example{Expect: []example.Quote{none}}, false},
		{example.Example{Expect: []example.Quote{price}, Outcome: "auth"}, false},
		{example.Example{}, false},
	} {
		assert.Equal(t, c.want, c.e.Succeeds())
	}

	assert.True(t, (&example.Example{Script: []example.Step{{Server: "a"}}}).Pushes())
	assert.False(t, (&example.Example{}).Pushes())
	assert.True(t, (&example.Example{Answers: []example.Answer{{}, {Conditional: true}}}).Conditional())
	assert.False(t, (&example.Example{Answers: []example.Answer{{}}}).Conditional())
	assert.True(t, (&example.Step{Client: "ping", Idle: time.Second}).Beat())
	assert.True(t, (&example.Step{Client: "ping", Every: time.Second}).Beat())
	assert.False(t, (&example.Step{Client: "ping", Within: time.Second}).Beat())
}
