package feed

import (
	"net/http"
	"slices"
	"sync"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
)

// memory is the last answer of a batch whose endpoint is asked conditionally.
type memory struct {
	mutex          sync.Mutex
	etag, modified string
	quotes         []messages.Quote
}

// maxValidator is the longest validator, in bytes, that is sent back.
const maxValidator = 1 << 10

// ask adds the validators of the last answer to a request's headers.
func (m *memory) ask(header http.Header) {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	if m.etag != "" {
		header.Set("If-None-Match", m.etag)
	}

	if m.modified != "" {
		header.Set("If-Modified-Since", m.modified)
	}
}

// keep remembers an answer that was read. One without validators is forgotten, and so is what was known before it.
func (m *memory) keep(answer client.Answer, quotes []messages.Quote) {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	m.etag, m.modified, m.quotes = "", "", nil

	if etag := answer.Header.Get("Etag"); len(etag) <= maxValidator {
		m.etag = etag
	}

	if modified := answer.Header.Get("Last-Modified"); len(modified) <= maxValidator {
		m.modified = modified
	}

	if m.etag != "" || m.modified != "" {
		m.quotes = slices.Clone(quotes)
	}
}

// recall fills in the quotes of the last answer, marked unchanged. It reports false if there was none.
func (m *memory) recall(quotes []messages.Quote) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	if len(m.quotes) != len(quotes) || m.quotes == nil {
		return false
	}

	copy(quotes, m.quotes)

	for i := range quotes {
		quotes[i].Flags |= messages.FlagUnchanged
	}

	return true
}
