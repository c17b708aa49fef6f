package gateway

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/gateway/hub"
	"github.com/rollcall-go/rollcall/system/gateway/params"
)

// form is how a client wants a snapshot: which part of it, which of its members, in which format.
type form struct {
	sight  *sight
	fields []string // of snapshotFields; empty: all
	format params.Format
	coding hub.Coding
}

// snapshotParameters are the parameters of every answer that is a snapshot.
func snapshotParameters() []string {
	return []string{"instruments", "classes", "vendors", "fields", "format"}
}

// snapshotFields are the members of a snapshot that can be left out, in their order.
func snapshotFields() []string { return []string{"missing", "prices", "instruments", "vendors"} }

func formOf(r *http.Request, p *params.Params) *form {
	return &form{
		sight: sightOf(r, p.Selection()), fields: p.Words("fields", snapshotFields()...), format: p.Format(r), coding: params.Coding(r),
	}
}

// whole reports whether the answer is the snapshot as the hub encodes it.
func (f *form) whole() bool { return f.format == params.JSON && len(f.fields) == 0 }

// tag is the entity tag of a snapshot in this form. What a caller sees is part of it, so that it holds for nobody else; and so is its time, because a
// service that begins anew, with an empty data directory, counts its rounds anew.
func (f *form) tag(s *messages.Snapshot) string {
	variant, err := json.Marshal([]any{f.sight.selections, f.fields, f.format, f.applied(), s.Durable, s.PublishedAt.UnixMilli()})
	if err != nil {
		panic(err) // lists of texts always have JSON
	}

	const enough = 9 // bytes

	sum := sha256.Sum256(variant)

	return `"` + number(uint64(s.Round)) + "-" + base64.RawURLEncoding.EncodeToString(sum[:enough]) + `"`
}

// applied is the coding that the answer will have. What is made for one client only is not compressed.
func (f *form) applied() hub.Coding {
	if f.whole() {
		return f.coding
	}

	return hub.Identity
}

// known reports whether the client says that it has a round in this form.
func (f *form) known(r *http.Request, e *hub.Entry) bool {
	return params.Match(r, f.tag(e.Snapshot()))
}

// latest answers with a round of the hub, whose encodings are shared.
func (f *form) latest(w http.ResponseWriter, r *http.Request, e *hub.Entry) {
	lens := f.sight.lens()

	if f.whole() {
		f.send(w, r, e.Snapshot(), f.coding, func() []byte { return e.Compressed(lens, f.coding) })
	} else {
		f.send(w, r, e.Through(lens), hub.Identity, func() []byte { return e.JSON(lens) })
	}
}

// send answers with what the client sees of a snapshot. Encoded is its JSON in the coding; nil: it is made here.
func (f *form) send(w http.ResponseWriter, r *http.Request, seen *messages.Snapshot, coding hub.Coding, encoded func() []byte) {
	f.coding = coding
	tag := f.tag(seen)

	header := w.Header()
	header.Set("ETag", tag)
	header.Set("Vary", "Accept, Accept-Encoding, Authorization")
	header.Set("Rollcall-Round", number(uint64(seen.Round)))

	if r.Method != http.MethodPost && params.Match(r, tag) {
		w.WriteHeader(http.StatusNotModified)

		return
	}

	if f.format == params.CSV {
		writeSnapshotCSV(w, r, seen)

		return
	}

	if encoded == nil {
		encoded = func() []byte { return seen.AppendJSON(nil) }
	}

	body := encoded()
	if len(f.fields) > 0 {
		body = only(body, f.fields)
	}

	if coding != hub.Identity {
		header.Set("Content-Encoding", string(coding))
	}

	send(w, mediaJSON, body)
}

// only leaves out the members of a snapshot that were not asked for. The rest stays as it is, in its order.
func only(snapshot []byte, fields []string) []byte {
	members := make(map[string]json.RawMessage)
	if err := json.Unmarshal(snapshot, &members); err != nil {
		panic(err) // it was encoded here
	}

	names := []string{"schema", "round", "status", "durable", "started_at", "published_at", "elapsed_ms", "deadline_ms"}

	for _, name := range snapshotFields() {
		if slices.Contains(fields, name) {
			names = append(names, name)
		}
	}

	var part []byte

	for _, name := range names {
		if len(part) > 0 {
			part = append(part, ',')
		}

		part = append(append(strconv.AppendQuote(part, name), ':'), members[name]...)
	}

	return append(append([]byte("{"), part...), '}')
}

// writeSnapshotCSV answers with one line for each instrument.
func writeSnapshotCSV(w http.ResponseWriter, r *http.Request, s *messages.Snapshot) {
	columns := []string{"round", "published_at", "instrument", "class", "status", "price", "age_ms", "used", "expected"}
	t := newTable(w, r, params.CSV, nil, "", columns, func(i *int) []string {
		entry, report, age := &s.Roster.Entries()[*i], &s.Instruments[*i], ""

		if !report.Price.IsZero() {
			age = strconv.FormatInt(report.Age.Milliseconds(), 10)
		}

		return []string{
			number(uint64(s.Round)), stamp(s.PublishedAt), string(entry.Instrument), entry.Class, string(report.Status), report.Price.Text(), age,
			strconv.Itoa(report.Used), strconv.Itoa(len(entry.Sources)),
		}
	})

	for i := range s.Instruments {
		_ = t.row(&i) // it goes to memory
	}

	t.end("", nil)
}
