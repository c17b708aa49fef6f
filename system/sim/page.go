package sim

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// page is a whole answer.
type page struct {
	status  int
	kind    string            // its Content-Type
	headers map[string]string // further ones
	body    string
}

// with returns the page with another body.
func (p page) with(body string) page {
	p.body = body

	return p
}

// empty reports whether the status forbids a body.
func (p page) empty() bool {
	return p.status == http.StatusNoContent || p.status == http.StatusNotModified
}

// head returns status line and headers as they are on the wire.
func (p page) head() string {
	var b strings.Builder

	b.WriteString("HTTP/1.1 " + strconv.Itoa(p.status) + " " + http.StatusText(p.status) + "\r\n")
	b.WriteString("Content-Type: " + p.kind + "\r\nContent-Length: " + strconv.Itoa(len(p.body)) + "\r\n")

	for _, key := range slices.Sorted(maps.Keys(p.headers)) {
		b.WriteString(key + ": " + p.headers[key] + "\r\n")
	}

	return b.String() + "\r\n"
}

// String returns the page as it is on the wire.
func (p page) String() string { return p.head() + p.body }

// half returns the page as it is on the wire, cut in the middle of its body.
func (p page) half() string { return p.head() + p.body[:len(p.body)/2] }

// send sends a page.
func (x *exchange) send(p page) {
	for key, value := range p.headers {
		x.header(key, value)
	}

	if p.empty() {
		x.w.WriteHeader(p.status)

		return
	}

	x.header("Content-Type", p.kind)
	x.header("Content-Length", strconv.Itoa(len(p.body)))
	x.w.WriteHeader(p.status)
	x.write(p.body)
}

// beginGood sends the headers of the good answer.
func (x *exchange) beginGood() {
	for key, value := range x.good.headers {
		x.header(key, value)
	}

	x.begin(x.good.status, x.good.kind, int64(len(x.good.body)))
}
