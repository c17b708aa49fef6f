package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rollcall-go/rollcall/messages"
)

// maxRetryAfter is the longest wish of a vendor that is passed on.
const maxRetryAfter = 24 * time.Hour

// Failure maps any error of a request, or of a connection made by Upgrades, to the closed set of outcomes. The texts are our own, because errors
// of net/http quote URLs, and a vendor can make them quote what we sent; only errors from before the request was sent are quoted.
func (c *Client) Failure(ctx context.Context, err error) *messages.Failure {
	var (
		known     *messages.Failure
		blocked   *blockedError
		lookup    *net.DNSError
		handshake *handshakeError
	)

	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &blocked):
		return messages.NewFailure(messages.OutcomeBlockedAddress, blocked.reason)
	case errors.Is(err, errDescriptors):
		return messages.NewFailure(messages.OutcomeRefused, "not sent: this process has no free file descriptors")
	case errors.As(err, &handshake), isTLS(err):
		return messages.NewFailure(messages.OutcomeTLS, tlsDetail(err, time.Now()))
	case errors.As(err, &lookup):
		return messages.NewFailure(messages.OutcomeDNS, dnsDetail(lookup))
	case ctx.Err() != nil:
		return c.interrupted(ctx)
	default:
		return answerFailure(err)
	}
}

// interrupted says what was missing when the context ended.
func (c *Client) interrupted(ctx context.Context) *messages.Failure {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) && !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return messages.NewFailure(messages.OutcomeCancelled, "the request was cancelled")
	}

	switch stage(c.dialer.stage.Load()) {
	case stageResolving:
		return messages.NewFailure(messages.OutcomeDNS, "the host name did not resolve before the deadline")
	case stageShaking:
		return messages.NewFailure(messages.OutcomeTLS, "the TLS handshake was not complete before the deadline")
	case stageConnecting:
		return messages.NewFailure(messages.OutcomeTimeout, "no connection before the deadline")
	default:
		return messages.NewFailure(messages.OutcomeTimeout, "no complete answer before the deadline")
	}
}

// answerFailure maps the errors of connections and of HTTP itself.
func answerFailure(err error) *messages.Failure {
	var timeout net.Error

	switch {
	case errors.Is(err, errWire), errors.Is(err, errBody):
		return messages.NewFailure(messages.OutcomeTooLarge, rootText(err))
	case errors.Is(err, errGzip), errors.Is(err, errEncoding):
		return messages.NewFailure(messages.OutcomeMalformed, rootText(err))
	case errors.Is(err, syscall.ECONNREFUSED):
		return messages.NewFailure(messages.OutcomeRefused, "connection refused")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return messages.NewFailure(messages.OutcomeRefused, "no route to the host")
	case errors.As(err, &timeout) && timeout.Timeout():
		return messages.NewFailure(messages.OutcomeTimeout, "no connection within client.dial_timeout")
	case isCut(err):
		return messages.NewFailure(messages.OutcomeReset, "the connection was cut before the answer was complete")
	case strings.Contains(err.Error(), "server response headers exceeded"): // net/http has no type for it
		return messages.NewFailure(messages.OutcomeTooLarge, "more than 64 kB of response headers")
	default:
		return messages.NewFailure(messages.OutcomeMalformed, "the answer is not well-formed HTTP")
	}
}

func isCut(err error) bool {
	for _, cut := range []error{syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, cut) {
			return true
		}
	}

	// Unexported errors of net/http for the same thing.
	return strings.Contains(err.Error(), "server closed idle connection") || strings.Contains(err.Error(), "connection broken: unexpected EOF")
}

// rootText returns the text of the one of our own errors that err wraps.
func rootText(err error) string {
	for _, own := range []error{errWire, errBody, errGzip, errEncoding} {
		if errors.Is(err, own) {
			return own.Error()
		}
	}

	return ""
}

func dnsDetail(err *net.DNSError) string {
	switch {
	case err.IsNotFound:
		return "the host name does not exist or has no address"
	case err.IsTimeout:
		return "the resolver did not answer in time"
	default:
		return "the resolver answered with an error"
	}
}

func isTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		alert        tls.AlertError
	)

	return errors.As(err, &verification) || errors.As(err, &record) || errors.As(err, &alert) ||
		strings.Contains(err.Error(), "TLS handshake timeout") // through a proxy, where net/http shakes hands
}

// tlsDetail says why a handshake failed. Nothing of ours but the host name has been sent by then, so the library's text may be shown.
func tlsDetail(err error, now time.Time) string {
	var (
		invalid   x509.CertificateInvalidError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		record    tls.RecordHeaderError
		handshake *handshakeError
		timeout   net.Error
	)

	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && now.Before(invalid.Cert.NotBefore):
		return "the certificate is not valid yet"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has expired"
	case errors.As(err, &authority):
		return "the certificate is signed by an unknown authority"
	case errors.As(err, &host):
		return "the certificate is for another host"
	case errors.As(err, &record):
		return "the vendor does not speak TLS on this port"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no handshake within client.tls_timeout"
	case isCut(err):
		return "the connection was cut during the handshake"
	case errors.As(err, &handshake):
		return handshake.err.Error()
	default:
		return "the handshake failed"
	}
}

// Failure returns what the status alone says: nil for 2xx. The detail begins with the code.
func (a Answer) Failure(now time.Time) *messages.Failure {
	if a.OK() {
		return nil
	}

	outcome := messages.OutcomeHTTPStatus

	switch a.Status {
	case http.StatusTooManyRequests:
		outcome = messages.OutcomeRateLimited
	case http.StatusUnauthorized, http.StatusForbidden:
		outcome = messages.OutcomeAuth
	}

	failure := messages.NewFailure(outcome, strings.TrimSpace(strconv.Itoa(a.Status)+" "+http.StatusText(a.Status)))
	failure.RetryAfter = a.RetryAfter(now)

	return failure
}

// RetryAfter reads the header of that name, seconds or a date; anything unreadable or in the past is no wish. A day is the most.
func (a Answer) RetryAfter(now time.Time) time.Duration {
	text := a.Header.Get("Retry-After")

	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}

	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}

	return min(max(at.Sub(now), 0), maxRetryAfter)
}
