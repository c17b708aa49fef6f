package dashboard

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// file is one thing that is served. It is compressed once, when somebody first wants it so.
type file struct {
	kind    string // content type
	caching string
	tag     string // of the contents
	body    []byte
	zipped  func() []byte
}

func newFile(name, caching string, body []byte) *file {
	sum := sha256.Sum256(body)

	const enough = 12

	return &file{
		kind: kindOf(name), caching: caching, tag: hex.EncodeToString(sum[:enough]), body: body,
		zipped: sync.OnceValue(func() []byte { return zip(body) }),
	}
}

// serve answers GET and HEAD, and 304 to who has the file already.
func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", f.kind)
	header.Set("Cache-Control", f.caching)
	header.Set("Vary", "Accept-Encoding")

	body, tag := f.body, f.tag
	if takesGzip(r) {
		body, tag = f.zipped(), f.tag+"-gzip"

		header.Set("Content-Encoding", "gzip")
	}

	header.Set("Etag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// takesGzip reports whether the sender of a request reads gzip. One that refuses it by a weight of zero does not.
func takesGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";")
		if strings.EqualFold(name, "gzip") {
			return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
		}
	}

	return false
}

func zip(body []byte) []byte {
	var out bytes.Buffer

	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // the level exists
	}

	_, _ = w.Write(body) // memory takes everything
	_ = w.Close()

	return out.Bytes()
}

// kindOf is a content type that a browser does not have to guess.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return "text/plain; charset=utf-8"
	}
}
