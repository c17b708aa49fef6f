package fetcher_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/actors/fetcher"
	"github.com/rollcall-go/rollcall/messages"
)

func TestFailureOf(t *testing.T) {
	t.Parallel()

	var none *messages.Failure

	for name, c := range map[string]struct {
		err  error
		want messages.Failure
	}{
		"typed": {
			&messages.Failure{Outcome: messages.OutcomeTLS, Detail: "expired"},
			messages.Failure{Outcome: messages.OutcomeTLS, Detail: "expired"},
		},
		"typed and wrapped": {
			fmt.Errorf("page 2: %w", &messages.Failure{Outcome: messages.OutcomeRateLimited, RetryAfter: time.Second}),
			messages.Failure{Outcome: messages.OutcomeRateLimited, RetryAfter: time.Second},
		},
		"outcome unknown": {&messages.Failure{Outcome: "banana"}, messages.Failure{Outcome: messages.OutcomeMalformed}},
		"outcome ok":      {&messages.Failure{Outcome: messages.OutcomeOK}, messages.Failure{Outcome: messages.OutcomeMalformed}},
		"wish negative": {
			&messages.Failure{Outcome: messages.OutcomeRateLimited, RetryAfter: -1},
			messages.Failure{Outcome: messages.OutcomeRateLimited},
		},
		"detail hostile": {
			&messages.Failure{Outcome: messages.OutcomeMalformed, Detail: "a\r\n\x1b[31mb"},
			messages.Failure{Outcome: messages.OutcomeMalformed, Detail: "a [31mb"},
		},
		"deadline": {
			fmt.Errorf("reading: %w", context.DeadlineExceeded),
			messages.Failure{Outcome: messages.OutcomeTimeout, Detail: "no answer within 1.5s"},
		},
		"cancelled": {context.Canceled, messages.Failure{Outcome: messages.OutcomeCancelled, Detail: "request cancelled"}},
		"any other": {errors.New("what\x00ever"), messages.Failure{Outcome: messages.OutcomeMalformed, Detail: "what ever"}},
		"address with a key": {
			&url.Error{Op: "Get", URL: "https://x/?apikey=canary", Err: errors.New("bad answer")},
			messages.Failure{Outcome: messages.OutcomeMalformed, Detail: "bad answer"},
		},
	} {
		assert.Equal(t, c.want, *fetcher.FailureOf(c.err, 1500*time.Millisecond), name)
	}

	assert.Equal(t, messages.OutcomeMalformed, fetcher.FailureOf(none, 0).Outcome)
	assert.LessOrEqual(t, len(fetcher.FailureOf(errors.New(strings.Repeat("ü", 1<<20)), 0).Detail), messages.MaxDetail)
}
