package feed

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // some vendors want it; HMAC with it is not broken
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"net/http"
	"net/url"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/secret"
)

// signer signs requests with a keyed hash.
type signer struct {
	hash          func() hash.Hash
	key           []byte
	message       *template.Template
	base64        bool
	header, query string
}

func hasHMAC(h spec.HMAC) bool {
	return !h.Key.IsZero() || !h.Message.IsZero() || h.Hash != "" || h.Header != "" || h.Query != "" || h.Encoding != "" || h.KeyEncoding != ""
}

// compileHMAC checks an HMAC.
func compileHMAC(h spec.HMAC, secrets map[string]secret.Secret) (*signer, []spec.FieldError) {
	var problems []spec.FieldError

	refuse := func(field, problem, suggestion string) {
		problems = append(problems, spec.FieldError{Field: "auth.hmac" + field, Problem: problem, Suggestion: suggestion})
	}

	hashes := map[string]func() hash.Hash{"": sha256.New, "sha256": sha256.New, "sha512": sha512.New, "sha384": sha512.New384, "sha1": sha1.New}
	s := &signer{hash: hashes[h.Hash], base64: h.Encoding == "base64", header: h.Header, query: h.Query}

	if s.hash == nil {
		refuse(".hash", "is no known hash", "one of sha256, sha512, sha384 and sha1")
	}

	if h.Encoding != "" && h.Encoding != "hex" && h.Encoding != "base64" {
		refuse(".encoding", "is neither hex nor base64", "")
	}

	if (h.Header == "") == (h.Query == "") {
		refuse("", "does not say where the signature goes", "give one of header and query")
	}

	if problem, suggestion := template.HeaderProblem(h.Header); h.Header != "" && problem != "" {
		refuse(".header", problem, suggestion)
	}

	var mistakes []spec.FieldError

	s.message, mistakes = template.Compile("auth.hmac.message", h.Message.Reveal(), template.Scope{Allowed: template.Anywhere | template.Signed, Secrets: secrets})
	if problems = append(problems, mistakes...); h.Message.IsZero() {
		refuse(".message", "is missing", "such as {now:unix_ms}{method}{target}{body}")
	}

	key, mistakes := template.Compile("auth.hmac.key", h.Key.Reveal(), template.Scope{Allowed: template.Secret, Secrets: secrets})
	if problems = append(problems, mistakes...); h.Key.IsZero() {
		refuse(".key", "is missing", "such as {secret.key}")
	}

	text, err := key.Render(&template.Values{Secrets: secrets})
	if err == nil {
		s.key, err = decodeKey(text, h.KeyEncoding)
	}

	if err != nil {
		refuse(".key_encoding", "does not fit the key", "one of text, hex and base64")
	}

	return s, problems
}

var errKeyEncoding = errors.New("unknown encoding of a key")

// decodeKey returns the bytes of a key as it is written.
func decodeKey(text, encoding string) ([]byte, error) {
	switch encoding {
	case "", "text":
		return []byte(text), nil
	case "hex":
		return hex.DecodeString(text) //nolint:wrapcheck // it is not shown, because it quotes the key
	case "base64":
		return base64.StdEncoding.DecodeString(text) //nolint:wrapcheck // nor this
	default:
		return nil, errKeyEncoding
	}
}

// apply signs a request that is complete but for the signature.
func (s *signer) apply(request *http.Request, payload []byte, v *template.Values) error {
	signed := *v
	signed.Signed = template.SignedParts{
		Method: request.Method, Host: request.URL.Host, Path: request.URL.EscapedPath(), Query: request.URL.RawQuery,
		Target: request.URL.RequestURI(), Body: string(payload),
	}

	message, err := s.message.Render(&signed)
	if err != nil {
		return unsendable("the message to sign cannot be made")
	}

	mac := hmac.New(s.hash, s.key)
	_, _ = mac.Write([]byte(message)) // a hash never fails

	signature := hex.EncodeToString(mac.Sum(nil))
	if s.base64 {
		signature = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}

	if s.header != "" {
		request.Header.Set(s.header, signature)

		return nil
	}

	target := *request.URL
	target.RawQuery = url.QueryEscape(s.query) + "=" + url.QueryEscape(signature)

	if request.URL.RawQuery != "" {
		target.RawQuery = request.URL.RawQuery + "&" + target.RawQuery
	}

	request.URL = &target

	return nil
}
