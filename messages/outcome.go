package messages

import "slices"

// Outcome is how a vendor, or one of its quotes, fared in a round. The set is closed; the same word is the JSON value, the metric label
// and the text in logs.
type Outcome string

// The outcomes, best first.
const (
	OutcomeOK             Outcome = "ok"              // every configured instrument has a usable quote
	OutcomePartial        Outcome = "partial"         // some instruments have a usable quote, some have none
	OutcomeLate           Outcome = "late"            // the answer came after its round was closed
	OutcomeTimeout        Outcome = "timeout"         // no answer within the deadline
	OutcomeDNS            Outcome = "dns"             // the vendor's host name did not resolve
	OutcomeRefused        Outcome = "refused"         // the connection was refused
	OutcomeReset          Outcome = "reset"           // the connection was cut
	OutcomeTLS            Outcome = "tls"             // the TLS handshake or the certificate failed
	OutcomeHTTPStatus     Outcome = "http_status"     // an HTTP status outside 2xx
	OutcomeRateLimited    Outcome = "rate_limited"    // the vendor, or our own budget, asks us to wait
	OutcomeQuota          Outcome = "quota_exhausted" // the plan's allowance is used up: wait for its next period, or buy more
	OutcomeAuth           Outcome = "auth"            // the vendor does not accept our credentials
	OutcomeNotEntitled    Outcome = "not_entitled"    // the credentials are good, the plan does not cover what was asked for
	OutcomeBadRequest     Outcome = "bad_request"     // the vendor does not understand the request: the definition is wrong
	OutcomeUnavailable    Outcome = "unavailable"     // the vendor says itself that it cannot serve now: overload, maintenance
	OutcomeRedirect       Outcome = "redirect"        // the vendor answered with a redirect that is not followed
	OutcomeBlockedAddress Outcome = "blocked_address" // the resolved address may not be dialled
	OutcomeTooLarge       Outcome = "too_large"       // the answer exceeds its size limit
	OutcomeMalformed      Outcome = "malformed"       // the answer cannot be read
	OutcomeUnknownSymbol  Outcome = "unknown_symbol"  // the vendor does not know a symbol: the mapping is wrong, or it was delisted
	OutcomeMissingSymbol  Outcome = "missing_symbol"  // the answer has no value for an instrument that was asked for
	OutcomeInvalidPrice   Outcome = "invalid_price"   // not a positive exact decimal, or bid above ask
	OutcomeInvalidTime    Outcome = "invalid_time"    // the vendor's time stamp cannot be read or cannot be true
	OutcomeStale          Outcome = "stale"           // the quote is older than allowed
	OutcomeFuture         Outcome = "future"          // the quote's time is further ahead than clock skew explains
	OutcomeStuck          Outcome = "stuck"           // the price has not moved for longer than is plausible
	OutcomeJump           Outcome = "jump"            // the price moved further than is plausible
	OutcomeOutlier        Outcome = "outlier"         // the price disagrees with the other vendors
	OutcomeDisconnected   Outcome = "disconnected"    // the vendor pushes, and there is no connection
	OutcomeStalled        Outcome = "stalled"         // the connection is open, and nothing comes, not even a heartbeat
	OutcomeSlowConsumer   Outcome = "slow_consumer"   // the vendor cut the connection because we read too slowly
	OutcomeQuarantined    Outcome = "quarantined"     // the vendor crashed too often and is being left alone
	OutcomePaused         Outcome = "paused"          // an operator paused the vendor
	OutcomeClosed         Outcome = "closed"          // the instrument's market is closed
	OutcomeCrashed        Outcome = "crashed"         // the vendor's source panicked
	OutcomeCancelled      Outcome = "cancelled"       // the round was closed early, at shutdown
)

// Outcomes returns every outcome, in the order of the constants.
func Outcomes() []Outcome {
	return []Outcome{
		OutcomeOK, OutcomePartial, OutcomeLate, OutcomeTimeout, OutcomeDNS, OutcomeRefused, OutcomeReset, OutcomeTLS, OutcomeHTTPStatus,
		OutcomeRateLimited, OutcomeQuota, OutcomeAuth, OutcomeNotEntitled, OutcomeBadRequest, OutcomeUnavailable, OutcomeRedirect,
		OutcomeBlockedAddress, OutcomeTooLarge, OutcomeMalformed, OutcomeUnknownSymbol, OutcomeMissingSymbol, OutcomeInvalidPrice,
		OutcomeInvalidTime, OutcomeStale, OutcomeFuture, OutcomeStuck, OutcomeJump, OutcomeOutlier, OutcomeDisconnected, OutcomeStalled,
		OutcomeSlowConsumer, OutcomeQuarantined, OutcomePaused, OutcomeClosed, OutcomeCrashed, OutcomeCancelled,
	}
}

// Valid reports whether o belongs to the closed set.
func (o Outcome) Valid() bool { return slices.Contains(Outcomes(), o) }

// compares reports whether the detail of a quote with this outcome says what its price was compared with: that of others, or the last published.
func (o Outcome) compares() bool { return o == OutcomeJump || o == OutcomeOutlier }
