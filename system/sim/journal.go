package sim

import (
	"net/http"
	"time"
)

// MaxRequests is how many requests of each vendor are remembered, the newest.
const MaxRequests = 1000

// Request is what the simulator remembers of a request.
type Request struct {
	// At is when it came; Ended is when its answer was complete or the client had gone, zero while it is being answered.
	At, Ended time.Time
	// Method and Path are those of the request; Path has the query, escaped as it came.
	Method, Path string
	// Header is what the client sent, credentials included.
	Header http.Header
	// Faults are the kinds of the faults that were due.
	Faults []Kind
}

// journal is a bounded list of requests, oldest first. Its owner guards it.
type journal struct {
	ring    []*Request
	total   int           // requests ever
	changed chan struct{} // closed at the next request; nil while nobody waits
}

// open adds a request and returns it, for its owner to complete.
func (j *journal) open(r *http.Request, now time.Time, faults []Kind) *Request {
	record := &Request{At: now, Method: r.Method, Path: r.URL.RequestURI(), Faults: faults}
	record.Header = r.Header.Clone()

	if len(j.ring) < MaxRequests {
		j.ring = append(j.ring, record)
	} else {
		j.ring[j.total%MaxRequests] = record
	}

	j.total++

	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}

	return record
}

// next returns a channel that is closed at the next request.
func (j *journal) next() <-chan struct{} {
	if j.changed == nil {
		j.changed = make(chan struct{})
	}

	return j.changed
}

// list returns a copy of what is remembered, oldest first.
func (j *journal) list() []Request {
	requests := make([]Request, 0, len(j.ring))

	for i := range j.ring {
		oldest := 0
		if j.total > MaxRequests {
			oldest = j.total % MaxRequests
		}

		requests = append(requests, *j.ring[(oldest+i)%len(j.ring)])
	}

	return requests
}
