package feed

import (
	"net/http"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/secret"
)

// requestVars are what the expression of a body may use.
func requestVars(targets *reading.Targets, secrets map[string]secret.Secret) *expr.Vars {
	v := *targets.Vars()
	v.Secret = make(map[string]string, len(secrets))

	for name, value := range secrets {
		v.Secret[name] = value.Reveal()
	}

	return &v
}

// answerVars are what an expression over an answer may use.
func answerVars(b *batch, status int, header http.Header, body []byte) *expr.Vars {
	v := &expr.Vars{}
	if b != nil {
		*v = *b.targets.Vars()
	}

	v.Status, v.Headers, v.Text = status, make(map[string]string, len(header)), string(body)

	for name := range header {
		v.Headers[strings.ToLower(name)] = header.Get(name)
	}

	return v
}
