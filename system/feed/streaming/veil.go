package streaming

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/secret"
)

// minHidden is the shortest literal value of a header or a query that is taken for a secret although nobody says so, in bytes.
const minHidden = 6

// newVeil masks every secret of a definition, and what stands in the stream's headers and query values, each also as it is escaped.
func newVeil(d spec.Definition) reading.Veil {
	var texts []string

	hide := func(text string) {
		quoted, _ := json.Marshal(text) // it is text
		texts = append(texts, text, url.QueryEscape(text), url.PathEscape(text), strings.Trim(string(quoted), `"`))
	}

	for _, value := range d.Secrets {
		hide(value.Reveal())
	}

	for _, value := range []secret.Secret{d.Auth.Bearer, d.Auth.OAuth2.ID, d.Auth.OAuth2.Secret, d.Auth.HMAC.Key, d.Auth.Basic.User, d.Auth.Basic.Password} {
		hide(rendered(value.Reveal(), d.Secrets))
	}

	for _, values := range []map[string]secret.Secret{d.Stream.Headers, d.Stream.Query, d.Stream.Bootstrap.Headers} {
		for _, value := range values {
			if text := rendered(value.Reveal(), d.Secrets); len(text) >= minHidden {
				hide(text)
			}
		}
	}

	for _, text := range []string{d.Stream.URL, d.Stream.Bootstrap.URL} {
		_, query, _ := strings.Cut(text, "?")

		for pair := range strings.SplitSeq(query, "&") {
			if _, value, _ := strings.Cut(pair, "="); len(value) >= minHidden && !strings.Contains(value, "{") {
				hide(value)
			}
		}
	}

	return reading.NewVeil(texts...)
}

// rendered fills in a template that needs secrets only; of any other there is no value yet that could be hidden.
func rendered(text string, secrets map[string]secret.Secret) string {
	t, problems := template.Compile("", text, template.Scope{Allowed: template.Secret, Secrets: secrets})
	if len(problems) > 0 {
		return ""
	}

	value, err := t.Render(&template.Values{Secrets: secrets})
	if err != nil {
		return ""
	}

	return value
}
