package verdict

import (
	"context"
	"errors"
	"net/url"

	"github.com/rollcall-go/rollcall/messages"
)

// Failure turns a source's error into a failure that may be shown.
func Failure(err error) *messages.Failure {
	var typed *messages.Failure

	switch {
	case errors.As(err, &typed):
		if typed == nil {
			return messages.NewFailure(messages.OutcomeMalformed, "source returned a failure that is nil")
		}

		return cleaned(typed)
	case errors.Is(err, context.DeadlineExceeded):
		return messages.NewFailure(messages.OutcomeTimeout, "no answer in time")
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
	failure.Final = f.Final

	if !f.Outcome.Valid() || f.Outcome == messages.OutcomeOK {
		failure.Outcome = messages.OutcomeMalformed
	}

	return failure
}
