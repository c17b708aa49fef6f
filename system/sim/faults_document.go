package sim

import (
	"encoding/binary"
	"net/http"
	"strings"
	"unicode/utf16"
)

// documentFaults answer 200 with a body that is not the answer.
func documentFaults() []entry {
	return []entry{
		{kind: Body, options: "body", initial: Fault{Body: "{}"}, help: "answers this body as JSON", act: func(x *exchange, f Fault) { x.document(f.Body) }},
		{kind: HTML, help: "answers a page of HTML", act: func(x *exchange, _ Fault) { x.answer(http.StatusOK, "text/html; charset=utf-8", htmlPage) }},
		fixed(HTMLAsJSON, "answers a page of HTML and calls it JSON", htmlPage),
		fixed(Empty, "answers an empty body", ""),
		fixed(Null, "answers null", "null"),
		fixed(EmptyObject, "answers {}", "{}"),
		fixed(EmptyArray, "answers []", "[]"),
		fixed(Scalar, "answers a number", "42"),
		fixed(ErrorText, "answers 200 with an error text in the body", `{"error":"simulated error"}`),
		{kind: RandomBytes, options: "size", initial: Fault{Size: 4096}, help: "answers this many random bytes", act: randomBytes},
		wrapped(UTF16, "answers in UTF-16 with a byte order mark", toUTF16),
		wrapped(BOM, "puts a byte order mark before the answer", func(body string) string { return "\ufeff" + body }),
		wrapped(TrailingData, "puts text after the answer", func(body string) string { return body + " and more" }),
		wrapped(TwoDocuments, "sends the answer twice in one body", func(body string) string { return body + "\n" + body }),
		wrapped(DuplicateKeys, "has the first key of its JSON object twice", twiceTheKey),
	}
}

// depthFaults nest without reason.
func depthFaults() []entry {
	return []entry{
		{kind: DeepArrays, options: "size", initial: Fault{Size: 1e6}, help: "answers this many nested arrays", act: func(x *exchange, f Fault) {
			x.nest("[", "", "]", f.Size)
		}},
		{kind: DeepObjects, options: "size", initial: Fault{Size: 2e5}, help: "answers this many nested objects", act: func(x *exchange, f Fault) {
			x.nest(`{"a":`, "null", "}", f.Size)
		}},
	}
}

func fixed(kind Kind, help, body string) entry {
	return entry{kind: kind, help: help, act: func(x *exchange, _ Fault) { x.document(body) }}
}

func wrapped(kind Kind, help string, wrap func(body string) string) entry {
	return entry{kind: kind, help: help, act: func(x *exchange, _ Fault) { x.send(x.good.with(wrap(x.good.body))) }}
}

// document answers 200 with a body that calls itself JSON.
func (x *exchange) document(body string) { x.answer(http.StatusOK, jsonType, body) }

func randomBytes(x *exchange, f Fault) {
	x.begin(http.StatusOK, jsonType, f.Size)

	random := x.random()
	block := make([]byte, 0, 4096)

	for left := f.Size; left > 0; left -= int64(len(block)) {
		for block = block[:0]; len(block) < cap(block); {
			block = binary.LittleEndian.AppendUint64(block, random.Uint64())
		}

		block = block[:min(left, int64(len(block)))]
		x.write(string(block))
	}
}

// nest sends the opening text size times, the middle, and the closing text as often.
func (x *exchange) nest(opening, middle, closing string, size int64) {
	x.begin(http.StatusOK, jsonType, -1)
	x.repeat(opening, size*int64(len(opening)))
	x.write(middle)
	x.repeat(closing, size*int64(len(closing)))
}

// twiceTheKey puts an empty list before the first member of a JSON object, under the same key; another body stays as it is.
func twiceTheKey(body string) string {
	object, isObject := strings.CutPrefix(body, "{")

	key, _, found := strings.Cut(object, ":")
	if !isObject || !found {
		return body
	}

	return "{" + key + ":[]," + object
}

func toUTF16(body string) string {
	encoded := binary.LittleEndian.AppendUint16(nil, 0xfeff)
	for _, code := range utf16.Encode([]rune(body)) {
		encoded = binary.LittleEndian.AppendUint16(encoded, code)
	}

	return string(encoded)
}
