package service

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/rollcall-go/rollcall/system/api"
	"github.com/rollcall-go/rollcall/system/auditlog"
	"github.com/rollcall-go/rollcall/system/gateway"
)

// checkEvery is how old a check of the record may be before the next one who asks has it made again.
const checkEvery = time.Minute

// record is the gateway's port of the audit log.
type record struct {
	dir string

	mu       sync.Mutex
	checking bool
	checked  api.Verification
}

func newRecord(dir string) *record {
	return &record{dir: dir, checked: api.Verification{State: "pending"}}
}

// Entries implements gateway.Record. Unreadable places are passed over: Verification tells of them.
func (r *record) Entries(ctx context.Context, query gateway.RecordQuery) ([]api.AuditEntry, error) {
	entries := make([]api.AuditEntry, 0, min(query.Limit, 1024))

	for e, err := range auditlog.ReadContext(ctx, r.dir, auditlog.Filter{
		Kinds: query.Kinds, Vendor: query.Vendor, From: query.From, To: query.To, BeforeSeq: query.Before, Last: query.Limit,
	}) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}

		if err != nil {
			continue
		}

		entry := api.AuditEntry{
			Seq: e.Seq, At: e.At.Truncate(time.Millisecond), Kind: e.Kind, Round: e.Round, Vendor: e.Vendor, Hash: e.Hash.String(),
			Data: make(map[string]string, len(e.Fields)),
		}
		for _, field := range e.Fields {
			entry.Data[field.Name] = field.Value
		}

		entries = append(entries, entry)
	}

	slices.Reverse(entries)

	return entries, nil
}

// Verification implements gateway.Record. A check that is too old is made again meanwhile, one at a time.
func (r *record) Verification() api.Verification {
	r.mu.Lock()
	defer r.mu.Unlock()

	if !r.checking && (r.checked.CheckedAt == nil || time.Since(*r.checked.CheckedAt) > checkEvery) {
		r.checking = true

		go r.check()
	}

	return r.checked
}

func (r *record) check() {
	report, err := auditlog.Verify(r.dir)
	now := time.Now().UTC().Truncate(time.Millisecond)
	found := api.Verification{State: "verified", CheckedAt: &now, Entries: report.Entries, Head: report.Head.Hash.String()}

	switch {
	case err != nil:
		found.State, found.Problem = "broken", err.Error()
	case !report.OK():
		found.State = "broken"
		if report.First != nil {
			found.Problem = report.First.String()
		}
	}

	r.mu.Lock()
	defer r.mu.Unlock()

	r.checking, r.checked = false, found
}
