package fetcher

import (
	"errors"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/actors/internal/verdict"
	"github.com/rollcall-go/rollcall/messages"
)

// failureOf turns a source's error into a failure that may be shown. Waited is how long the poll has lasted.
func failureOf(err error, waited time.Duration) *messages.Failure {
	failure := verdict.Failure(err)

	if typed := (*messages.Failure)(nil); !errors.As(err, &typed) && failure.Outcome == messages.OutcomeTimeout {
		return timeout(waited)
	}

	return failure
}

func timeout(waited time.Duration) *messages.Failure {
	return messages.NewFailure(messages.OutcomeTimeout, "no answer within "+rounded(waited).String())
}

// retryable reports whether asking once more within the same poll makes sense. Whether there is time for it is another question.
func retryable(f *messages.Failure) bool {
	if f.Final {
		return false
	}

	switch f.Outcome {
	case messages.OutcomeReset, messages.OutcomeRefused, messages.OutcomeDNS, messages.OutcomeTimeout, messages.OutcomeUnavailable:
		return true
	case messages.OutcomeHTTPStatus:
		return !strings.HasPrefix(f.Detail, "4")
	case messages.OutcomeRateLimited:
		return f.RetryAfter > 0
	default:
		return false
	}
}

// rounded makes a duration fit for people: whole milliseconds.
func rounded(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
