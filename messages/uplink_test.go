package messages_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/messages"
)

// Who refuses us, asks us to wait or answers nonsense has been reached (N22).
func TestUnreached(t *testing.T) {
	t.Parallel()

	var unreached []messages.Outcome

	for _, outcome := range messages.Outcomes() {
		failure := messages.NewFailure(outcome, "")
		if !failure.Unreached() {
			continue
		}

		unreached = append(unreached, outcome)
		failure.RetryAfter = time.Second
		assert.False(t, failure.Unreached(), "%s with a wish of the vendor's", outcome)

		failure.RetryAfter, failure.Final = 0, true
		assert.False(t, failure.Unreached(), "%s for good", outcome)
	}

	assert.Equal(t, []messages.Outcome{
		messages.OutcomeTimeout, messages.OutcomeDNS, messages.OutcomeRefused, messages.OutcomeReset, messages.OutcomeTLS,
		messages.OutcomeDisconnected, messages.OutcomeStalled,
	}, unreached)
}
