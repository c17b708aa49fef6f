// Package auditlog keeps the audit record on disk: append-only, hash-chained, one JSON object a line. It satisfies the auditor's port Log.
//
// # Files
//
// The directory holds segments named audit-00000001.jsonl, audit-00000002.jsonl and so on, without holes. Only the last one grows. No
// segment with an acknowledged entry is ever deleted or written anew.
//
// # Entries
//
// An entry is one line that ends in a newline. It has one spelling only: no spaces outside strings, and these keys in this order, all of
// them always there.
//
//	{"seq":2,"at":"2026-11-21T06:00:00.000000000Z","kind":"snapshot","round":42,"vendor":"forex","data":{"status":"partial"},"prev":"…","hash":"…"}
//
// The keys mean:
//
//   - seq: 1 for the first entry of the log, one more for each entry after it, across segments.
//   - at: when it happened, UTC, always nine digits of a second.
//   - kind: [a-z][a-z_]{0,31}; the kinds of messages.FactKind, and those below.
//   - round, vendor: 0 and "" where the entry belongs to none.
//   - data: names in the order in which they were given; every value is a string.
//   - prev: the hash of the entry before, in lower-case hexadecimal; 64 zeros in the log's first entry.
//   - hash: SHA-256 over the bytes of the line from its opening brace up to, but not including, the last `,"hash":`. It covers everything
//     but itself. `head -n 2 FILE | tail -n 1 | sed 's/,"hash":"[0-9a-f]*"}$//' | tr -d '\n' | sha256sum` computes it.
//
// Inside strings, `"` and `\` follow a backslash; U+0000–U+001F, U+007F–U+009F, U+2028, U+2029, U+FEFF and the bidirectional controls
// (U+061C, U+200E, U+200F, U+202A–U+202E, U+2066–U+2069) are written \uXXXX with lower-case digits; everything else stands for itself in
// valid UTF-8. A line is at most 2 MiB long.
//
// # Kinds of the log itself
//
// segment is the first entry of every segment. Its data are file (the segment's own name), reason, previous (the name of the segment
// before), end (how many bytes of that segment belong to the log) and detail. Its prev is the hash of the last entry before it, so the
// chain runs on. The reasons are:
//
//   - first: there was nothing before.
//   - size: the segment before was full. It holds end bytes and no more.
//   - failure: a write or fsync failed. Bytes of the segment before behind end were never acknowledged; they are not part of the log, and
//     the entries in them that mattered were written again here.
//   - recovery: at start the segment before was found damaged; detail says how. It is left exactly as found, and stays an error to Verify.
//
// unknown replaces a kind that is reserved or misspelt; the first field is then the kind that was given.
//
// head is reserved for signed heads (a C2SP checkpoint in the data): one more kind of entry in the same chain. Verify checks an entry of a
// kind that it does not know like any other, and counts it in its report.
//
// # What a chain can tell
//
// Verify notices every change to an entry that has another one behind it: a changed byte, spelling or order; an entry, or a segment, that
// is missing, doubled or added. Without an anchor outside (a copy of a later Head) nobody can notice that the newest entries were cut off,
// that the newest one was replaced by another with a right hash, or that the whole log was written anew from some entry on.
//
// # What is on disk when
//
// Append returns after one write and one fsync for all of its facts; a new segment also costs an fsync of the directory. An entry that
// was acknowledged survives a crash of the program or the machine. Entries whose Append failed may or may not be found after a crash, but
// never twice. A last line without its newline is one that was being written: Open cuts it off, readers of a live log pass it over.
package auditlog
