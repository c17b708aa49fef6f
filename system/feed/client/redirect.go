package client

import (
	"net/http"

	"github.com/rollcall-go/rollcall/messages"
)

// maxLocation is the longest Location that is followed, in bytes.
const maxLocation = 8 << 10

func isRedirect(code int) bool {
	switch code {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

// redirect returns the request a redirect leads to, or why it is not followed. The location may quote our own query, so it is never shown.
//
// Only the same scheme, host and port is followed, so the headers, secrets among them, go to where they were meant to go. No Referer is
// sent. The new address passes the dialer's policy like any other.
func (c *Client) redirect(request *http.Request, answer *http.Response, hop int) (*http.Request, error) {
	refuse := func(detail string) (*http.Request, error) {
		return nil, messages.NewFailure(messages.OutcomeRedirect, detail)
	}

	location := answer.Header.Get("Location")

	switch {
	case !c.settings.FollowRedirects:
		return refuse("the vendor redirects, and client.follow_redirects is off")
	case hop >= maxHops:
		return refuse("the vendor redirects more often than is followed")
	case location == "" || len(location) > maxLocation:
		return refuse("the vendor redirects to no usable place")
	}

	target, err := request.URL.Parse(location)

	switch {
	case err != nil || URLProblem(target, "http", "https") != "":
		return refuse("the vendor redirects to no usable place")
	case !SameOrigin(request.URL, target):
		return refuse("the vendor redirects to another host, port or scheme")
	}

	drain(answer)

	next := request.Clone(request.Context())
	next.URL, next.Host = target, ""

	if answer.StatusCode == http.StatusSeeOther {
		next.Method = http.MethodGet
	}

	return next, nil
}
