package messages

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// timeLayout is RFC 3339 in UTC with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// MarshalJSON encodes the snapshot as schema rollcall.snapshot/1.
func (s *Snapshot) MarshalJSON() ([]byte, error) {
	return s.AppendJSON(make([]byte, 0, 512+len(s.Vendors)*160+len(s.Instruments)*320)), nil
}

// AppendJSON appends the snapshot, encoded as one line of schema rollcall.snapshot/1, to dst. Keys stand in a fixed order: instruments
// sorted by name and vendors as configured, both as in the roster, so that equal snapshots have equal bytes. Times and durations are cut
// to milliseconds.
func (s *Snapshot) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"schema":"`+SnapshotSchema+`","round":`...)
	dst = strconv.AppendUint(dst, uint64(s.Round), 10)
	dst = appendKeyString(dst, "status", string(s.Status))
	dst = append(dst, `,"durable":`...)
	dst = strconv.AppendBool(dst, s.Durable)
	dst = appendKeyTime(dst, "started_at", s.StartedAt)
	dst = appendKeyTime(dst, "published_at", s.PublishedAt)
	dst = appendKeyInt(dst, "elapsed_ms", s.Elapsed.Milliseconds())
	dst = appendKeyInt(dst, "deadline_ms", s.Deadline.Milliseconds())
	dst = s.appendMissing(dst)
	dst = s.appendPrices(dst)
	dst = s.appendInstruments(dst)
	dst = s.appendVendors(dst)

	return append(dst, '}')
}

func (s *Snapshot) appendMissing(dst []byte) []byte {
	dst = append(dst, `,"missing":[`...)

	for i, instrument := range s.Missing() {
		if i > 0 {
			dst = append(dst, ',')
		}

		dst = appendString(dst, string(instrument))
	}

	return append(dst, ']')
}

func (s *Snapshot) appendPrices(dst []byte) []byte {
	dst = append(dst, `,"prices":{`...)

	for c := range s.Roster.classes {
		if c > 0 {
			dst = append(dst, ',')
		}

		dst = appendString(dst, s.Roster.classes[c].name)
		dst = append(dst, ':', '{')
		first := true

		for _, i := range s.Roster.classes[c].entries {
			entry, price := &s.Roster.entries[i], s.Instruments[i].Price
			if price.IsZero() {
				continue
			}

			if !first {
				dst = append(dst, ',')
			}

			first = false
			dst = appendString(dst, string(entry.Instrument))
			dst = append(dst, ':')
			dst = append(dst, price.text...)
		}

		dst = append(dst, '}')
	}

	return append(dst, '}')
}

func (s *Snapshot) appendInstruments(dst []byte) []byte {
	dst = append(dst, `,"instruments":{`...)

	for i := range s.Instruments {
		if i > 0 {
			dst = append(dst, ',')
		}

		dst = appendString(dst, string(s.Roster.entries[i].Instrument))
		dst = append(dst, ':')
		dst = s.AppendInstrument(dst, i)
	}

	return append(dst, '}')
}

// AppendInstrument appends what AppendJSON says of the instrument at a position of the roster's entries, without its name.
func (s *Snapshot) AppendInstrument(dst []byte, i int) []byte {
	entry, report := &s.Roster.entries[i], &s.Instruments[i]
	dst = append(dst, `{"class":`...)
	dst = appendString(dst, entry.Class)
	dst = appendKeyString(dst, "status", string(report.Status))
	dst = appendKeyPrice(dst, "price", report.Price)

	if !report.Price.IsZero() {
		dst = appendKeyInt(dst, "age_ms", report.Age.Milliseconds())
	}

	dst = appendKeyInt(dst, "used", int64(report.Used))
	dst = appendKeyInt(dst, "expected", int64(len(entry.Sources)))
	dst = append(dst, `,"sources":[`...)

	for j, ref := range entry.Sources {
		if j > 0 {
			dst = append(dst, ',')
		}

		quote := s.Source(ref)
		dst = appendSource(dst, &quote)
	}

	return append(dst, ']', '}')
}

func appendSource(dst []byte, q *Quote) []byte {
	dst = append(dst, `{"vendor":`...)
	dst = appendString(dst, string(q.Vendor))
	dst = appendKeyString(dst, "outcome", string(q.Outcome))

	if q.Detail != "" {
		dst = appendKeyString(dst, "detail", q.Detail)
	}

	if !q.Price.IsZero() {
		dst = appendKeyPrice(dst, "price", q.Price)
	}

	if !q.Bid.IsZero() {
		dst = appendKeyPrice(dst, "bid", q.Bid)
	}

	if !q.Ask.IsZero() {
		dst = appendKeyPrice(dst, "ask", q.Ask)
	}

	dst = appendKeyOptionalTime(dst, "vendor_time", q.VendorTime)
	dst = appendKeyOptionalTime(dst, "requested_at", q.RequestedAt)
	dst = appendKeyOptionalTime(dst, "received_at", q.ReceivedAt)
	dst = appendFlags(dst, q.Flags)
	dst = q.More.appendJSON(dst)

	return append(dst, '}')
}

func (s *Snapshot) appendVendors(dst []byte) []byte {
	dst = append(dst, `,"vendors":{`...)

	for i := range s.Vendors {
		if i > 0 {
			dst = append(dst, ',')
		}

		dst = appendString(dst, string(s.Roster.listings[i].Vendor))
		dst = append(dst, ':')
		dst = s.AppendVendor(dst, i)
	}

	return append(dst, '}')
}

// AppendVendor appends what AppendJSON says of the vendor at a position of the roster's listings, without its name.
func (s *Snapshot) AppendVendor(dst []byte, i int) []byte {
	listing, report := &s.Roster.listings[i], &s.Vendors[i]
	dst = append(dst, `{"outcome":`...)
	dst = appendString(dst, string(report.Outcome))

	if report.Detail != "" {
		dst = appendKeyString(dst, "detail", report.Detail)
	}

	if report.Latency > 0 {
		dst = appendKeyInt(dst, "latency_ms", report.Latency.Milliseconds())
	} else {
		dst = append(dst, `,"latency_ms":null`...)
	}

	dst = appendKeyInt(dst, "attempts", int64(report.Attempts))
	dst = appendKeyInt(dst, "quotes", int64(report.Usable))
	dst = appendKeyInt(dst, "expected", int64(len(listing.Instruments)))
	dst = appendKeyString(dst, "state", string(report.State))
	dst = appendKeyInt(dst, "restarts", int64(report.Restarts))
	dst = report.Feed.appendJSON(dst)

	return append(dst, '}')
}

func appendKeyString(dst []byte, key, value string) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, key...)
	dst = append(dst, '"', ':')

	return appendString(dst, value)
}

func appendKeyInt(dst []byte, key string, value int64) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, key...)
	dst = append(dst, '"', ':')

	return strconv.AppendInt(dst, value, 10)
}

func appendKeyPrice(dst []byte, key string, price Price) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, key...)
	dst = append(dst, '"', ':')

	if price.IsZero() {
		return append(dst, "null"...)
	}

	dst = append(dst, '"')
	dst = append(dst, price.text...)

	return append(dst, '"')
}

func appendKeyTime(dst []byte, key string, at time.Time) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, key...)
	dst = append(dst, '"', ':', '"')
	dst = appendTime(dst, at)

	return append(dst, '"')
}

// appendTime appends RFC 3339 in UTC with milliseconds. A snapshot has several times for each quote, and time.Time.AppendFormat takes several
// times as long.
func appendTime(dst []byte, at time.Time) []byte {
	at = at.UTC()
	year, month, day := at.Date()

	if year < 0 || year > 9999 { // not four digits
		return at.AppendFormat(dst, timeLayout)
	}

	hour, minute, second := at.Clock()

	dst = appendDigits(dst, year, 4)
	dst = append(dst, '-')
	dst = appendDigits(dst, int(month), 2)
	dst = append(dst, '-')
	dst = appendDigits(dst, day, 2)
	dst = append(dst, 'T')
	dst = appendDigits(dst, hour, 2)
	dst = append(dst, ':')
	dst = appendDigits(dst, minute, 2)
	dst = append(dst, ':')
	dst = appendDigits(dst, second, 2)
	dst = append(dst, '.')
	dst = appendDigits(dst, at.Nanosecond()/int(time.Millisecond), 3)

	return append(dst, 'Z')
}

// appendDigits appends the last width digits of a number that is not negative.
func appendDigits(dst []byte, value, width int) []byte {
	const base = 10

	dst = append(dst, "0000"[:width]...)
	for i := len(dst) - 1; i >= len(dst)-width; i-- {
		dst[i] = byte('0' + value%base)
		value /= base
	}

	return dst
}

// appendKeyOptionalTime leaves out the zero time and what RFC 3339 has no digits for: a vendor may claim any year.
func appendKeyOptionalTime(dst []byte, key string, at time.Time) []byte {
	if year := at.UTC().Year(); year <= 1 || year > 9999 {
		return dst
	}

	return appendKeyTime(dst, key, at)
}

// appendString appends a JSON string. Characters that are special in HTML or line-framed streams are escaped like encoding/json does;
// what is not valid UTF-8 becomes the replacement character.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"

	dst = append(dst, '"')

	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c == '"' || c == '\\':
				dst = append(dst, '\\', c)
			case c < ' ' || c == '<' || c == '>' || c == '&' || c == 0x7f:
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
			default:
				dst = append(dst, c)
			}

			i++

			continue
		}

		r, size := utf8.DecodeRuneInString(s[i:])

		switch {
		case r == utf8.RuneError && size == 1:
			dst = utf8.AppendRune(dst, utf8.RuneError)
		case r == '\u2028' || r == '\u2029':
			dst = append(dst, `\u202`...)
			dst = append(dst, hex[r&0xf])
		default:
			dst = append(dst, s[i:i+size]...)
		}

		i += size
	}

	return append(dst, '"')
}
