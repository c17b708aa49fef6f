package fetcher

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// failureOf turns a source's error into a failure that may be shown. Waited is how long the poll has lasted.
func failureOf(err error, waited time.Duration) *messages.Failure {
	var typed *messages.Failure

	switch {
	case errors.As(err, &typed):
		if typed == nil {
			return messages.NewFailure(messages.OutcomeMalformed, "source returned a failure that is nil")
		}

		return cleaned(typed)
	case errors.Is(err, context.DeadlineExceeded):
		return timeout(waited)
	case errors.Is(err, context.Canceled):
		return messages.NewFailure(messages.OutcomeCancelled, "request cancelled")
	default:
		return messages.NewFailure(messages.OutcomeMalformed, withoutURL(err).Error())
	}
}

// withoutURL leaves out the address that net/http puts into its errors: its query may hold a key.
func withoutURL(err error) error {
	var located *url.Error
	if errors.As(err, &located) && located.Err != nil {
		return located.Err
	}

	return err
}

// cleaned trusts nothing about a failure that was made outside.
func cleaned(f *messages.Failure) *messages.Failure {
	failure := messages.NewFailure(f.Outcome, f.Detail)
	failure.RetryAfter = max(f.RetryAfter, 0)

	if !f.Outcome.Valid() || f.Outcome == messages.OutcomeOK {
		failure.Outcome = messages.OutcomeMalformed
	}

	return failure
}

func timeout(waited time.Duration) *messages.Failure {
	return messages.NewFailure(messages.OutcomeTimeout, "no answer within "+rounded(waited).String())
}

// retryable reports whether asking once more within the same poll makes sense. Whether there is time for it is another question.
func retryable(f *messages.Failure) bool {
	switch f.Outcome {
	case messages.OutcomeReset, messages.OutcomeRefused, messages.OutcomeDNS, messages.OutcomeTimeout:
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
