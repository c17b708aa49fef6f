package top_test

import (
	"errors"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/cmd/rollcall/internal/top"
	"github.com/rollcall-go/rollcall/system/api"
)

func TestTheChoiceStaysWithItsRow(t *testing.T) {
	t.Parallel()

	s := newScene(t, 80, 24)
	s.rounds(1, 1)
	s.keys("j", "j")
	assert.Contains(t, s.screen(), "› GOLD")

	s.keys("/", "c", "o", "m", "enter") // what is from commodities
	assert.Contains(t, s.screen(), "› GOLD")
	assert.NotContains(t, s.screen(), "EUR/USD")

	s.rounds(2, 2)
	assert.Contains(t, s.screen(), "› GOLD")

	s.keys("end")
	assert.Contains(t, s.screen(), "› OIL")
	s.keys("esc", "home")
	assert.Contains(t, s.screen(), "› AAPL")
	s.keys("k")
	assert.Contains(t, s.screen(), "› AAPL", "there is nothing above")
}

func TestTheNextOneIsLookedIntoAtOnce(t *testing.T) {
	t.Parallel()

	s := newScene(t, 80, 24)
	s.rounds(1, 1)
	s.keys("enter")
	assert.Contains(t, s.lines()[3], "AAPL")

	var command tea.Cmd

	s.model, command = s.model.Update(tea.KeyPressMsg(tea.Key{Code: tea.KeyDown}))
	assert.NotNil(t, command, "what is stored of it is read")
	assert.Contains(t, s.lines()[3], "EUR/USD")

	s.keys("esc")
	assert.Contains(t, s.screen(), "› EUR/USD")
}

func TestAFilterIsTypedAndCleared(t *testing.T) {
	t.Parallel()

	s := newScene(t, 80, 24)
	s.rounds(1, 1)
	s.keys("/", "q", "ü", "backspace", "backspace", "m", "s")
	assert.Contains(t, s.screen(), "/ms▏", "letters are no commands meanwhile")
	assert.NotContains(t, s.screen(), "AAPL")

	s.keys("esc")
	assert.Contains(t, s.screen(), "AAPL")
}

func TestAVendorIsReleasedAfterAYes(t *testing.T) {
	t.Parallel()

	s := newScene(t, 80, 24)
	s.rounds(1, 1)
	s.keys("R")
	assert.Contains(t, s.screen(), "choose a vendor first: 2")

	s.keys("2", "end", "R")
	assert.Contains(t, s.screen(), "has not said yet what you may do")

	s.poll()
	s.keys("R")
	assert.Contains(t, s.screen(), "start backup anew now?")
	s.keys("n")
	assert.Contains(t, s.screen(), "nothing was done")

	s.keys("R")

	var command tea.Cmd

	s.model, command = s.model.Update(tea.KeyPressMsg(tea.Key{Code: 'y', Text: "y"}))
	assert.NotNil(t, command)

	s.send(top.Steered("backup is probing", nil))
	assert.Contains(t, s.screen(), "backup is probing")

	s.send(top.Polled(&api.Status{Ready: true, Role: "read"}, nil, nil))
	s.keys("R")
	assert.Contains(t, s.screen(), "this needs a token with the role admin")
}

func TestTheViewEndsWithTheReason(t *testing.T) {
	t.Parallel()

	s := newScene(t, 80, 24)
	reason := errors.New("the token is not accepted any more")
	model, command := s.model.Update(top.Ended(reason))

	require.NotNil(t, command)
	assert.Equal(t, tea.QuitMsg{}, command())
	assert.Equal(t, reason, top.Failure(model))
}
