package verdict_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

func TestFailure(t *testing.T) {
	t.Parallel()

	var none *messages.Failure

	for name, c := range map[string]struct {
		err  error
		want messages.Failure
	}{
		"typed and wrapped": {
			fmt.Errorf("reading: %w", &messages.Failure{Outcome: messages.OutcomeAuth, RetryAfter: time.Second, Final: true}),
			messages.Failure{Outcome: messages.OutcomeAuth, RetryAfter: time.Second, Final: true},
		},
		"outcome unknown": {&messages.Failure{Outcome: "banana"}, messages.Failure{Outcome: messages.OutcomeMalformed}},
		"outcome ok":      {&messages.Failure{Outcome: messages.OutcomeOK}, messages.Failure{Outcome: messages.OutcomeMalformed}},
		"wish negative": {
			&messages.Failure{Outcome: messages.OutcomeReset, RetryAfter: -1}, messages.Failure{Outcome: messages.OutcomeReset},
		},
		"deadline": {
			fmt.Errorf("reading: %w", context.DeadlineExceeded),
			messages.Failure{Outcome: messages.OutcomeTimeout, Detail: "no answer in time"},
		},
		"cancelled": {context.Canceled, messages.Failure{Outcome: messages.OutcomeCancelled, Detail: "request cancelled"}},
		"any other": {errors.New("what\x00ever"), messages.Failure{Outcome: messages.OutcomeMalformed, Detail: "what ever"}},
		"nil inside": {none, messages.Failure{
			Outcome: messages.OutcomeMalformed, Detail: "source returned a failure that is nil",
		}},
		"address with a key": {
			&url.Error{Op: "Get", URL: "https://x/?apikey=canary", Err: errors.New("bad answer")},
			messages.Failure{Outcome: messages.OutcomeMalformed, Detail: "bad answer"},
		},
	} {
		assert.Equal(t, c.want, *verdict.Failure(c.err), name)
	}

	assert.LessOrEqual(t, len(verdict.Failure(errors.New(strings.Repeat("ü", 1<<20))).Detail), messages.MaxDetail)
}
