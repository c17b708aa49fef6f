package feed

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/secret"
)

// The shortest texts of a definition that are taken for secrets although nobody says so. Shorter ones would mask ordinary words and protect nothing.
const (
	minSecretHeader  = 4  // bytes of a header's value, or of a word of it
	minSecretQuery   = 6  // bytes of a literal query value
	minSecretSegment = 16 // bytes of a literal path segment
)

// hiding collects texts that must not be shown.
type hiding struct {
	secrets map[string]secret.Secret
	texts   []string
}

// newVeil masks everything in a definition that may be secret: what is under secrets and what credentials are made of, the values of headers,
// the literal query values and the long path segments of URLs; each also as it is escaped in a URL.
func newVeil(d spec.Definition) reading.Veil {
	h := hiding{secrets: d.Secrets}

	for _, value := range d.Secrets {
		h.add(value.Reveal(), 1)
	}

	h.endpoint(d.Endpoint)

	for _, e := range d.Endpoints {
		h.endpoint(e)
	}

	h.url(d.Listing.URL)
	h.url(d.Stream.URL)
	h.url(d.Stream.Bootstrap.URL)
	h.values(d.Stream.Headers, minSecretHeader)
	h.values(d.Stream.Query, minSecretQuery)
	h.values(d.Stream.Bootstrap.Headers, minSecretHeader)

	for _, value := range []secret.Secret{d.Auth.Bearer, d.Auth.OAuth2.ID, d.Auth.OAuth2.Secret, d.Auth.HMAC.Key} {
		h.add(h.render(value.Reveal()), 1)
	}

	if user, password := h.render(d.Auth.Basic.User.Reveal()), h.render(d.Auth.Basic.Password.Reveal()); user+password != "" {
		h.add(user, 1)
		h.add(password, 1)
		h.add(base64.StdEncoding.EncodeToString([]byte(user+":"+password)), 1)
	}

	return reading.NewVeil(h.texts...)
}

// add hides a text of at least so many bytes, however it is escaped.
func (h *hiding) add(text string, shortest int) {
	if len(text) < max(shortest, 1) {
		return
	}

	h.texts = append(h.texts, text)

	quoted, _ := json.Marshal(text) // it is text

	for _, escaped := range []string{url.QueryEscape(text), url.PathEscape(text), strings.Trim(string(quoted), `"`)} {
		if escaped != text {
			h.texts = append(h.texts, escaped)
		}
	}
}

// render fills in a template that needs secrets only; another one has no value that could be hidden beforehand.
func (h *hiding) render(text string) string {
	t, problems := template.Compile("", text, template.Scope{Allowed: template.Secret, Secrets: h.secrets})
	if len(problems) > 0 {
		return ""
	}

	value, err := t.Render(&template.Values{Secrets: h.secrets})
	if err != nil {
		return ""
	}

	return value
}

func (h *hiding) endpoint(e spec.Endpoint) {
	h.url(e.URL)
	h.values(e.Headers, minSecretHeader)
	h.values(e.Query, minSecretQuery)
}

func (h *hiding) values(values map[string]secret.Secret, shortest int) {
	for _, value := range values {
		h.add(h.render(value.Reveal()), shortest)
	}
}

// url hides what is literal in a URL's query and path.
func (h *hiding) url(text string) {
	target, query, _ := strings.Cut(text, "?")

	for pair := range strings.SplitSeq(query, "&") {
		_, raw, _ := strings.Cut(pair, "=")
		if strings.ContainsAny(raw, "{}") {
			continue
		}

		h.add(raw, minSecretQuery)

		if value, err := url.QueryUnescape(raw); err == nil {
			h.add(value, minSecretQuery)
		}
	}

	_, path, _ := strings.Cut(target, "://")
	_, path, _ = strings.Cut(path, "/")

	for segment := range strings.SplitSeq(path, "/") {
		if !strings.ContainsAny(segment, "{}") {
			h.add(segment, minSecretSegment)
		}
	}
}
