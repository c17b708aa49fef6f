package feed

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"

	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/streaming"
)

// NewStream compiles the stream of a definition, authorized as the definition says. Beside is the source of a vendor that is polled too: both
// then use the same access tokens; nil for a vendor that only pushes. Its error lists every mistake, without secrets; it also fails if the file
// of certificate authorities cannot be read.
func NewStream(d Definition, beside *Source, options ...streaming.Option) (*streaming.Stream, error) {
	var (
		asking      *client.Client
		authorizing *credentials
	)

	if beside != nil {
		asking, authorizing = beside.client, beside.credentials
	} else {
		var err error
		if asking, authorizing, err = pushing(d); err != nil {
			return nil, err
		}
	}

	shared := []streaming.Option{streaming.WithClient(asking), streaming.WithCredentials(authorizing)}

	return streaming.New(d, append(shared, options...)...) //nolint:wrapcheck // it says what it is about
}

// pushing makes what a stream needs that has no source beside it.
func pushing(d Definition) (*client.Client, *credentials, error) {
	authorizing, problems := compileAuth(d.Auth, d.Secrets)

	var at *origin

	if d.At != "" {
		var problem string
		if at, problem = parseOrigin(d.At, true); problem != "" {
			problems = append(problems, FieldError{Field: "at", Problem: problem})
		}
	}

	if len(problems) > 0 {
		mistakes := make([]error, len(problems))
		for i, problem := range problems {
			mistakes[i] = problem
		}

		return nil, nil, fmt.Errorf("stream definition: %w", errors.Join(mistakes...))
	}

	asking, err := client.New(d.Client)
	if err != nil {
		return nil, nil, fmt.Errorf("stream client: %w", err)
	}

	if authorizing.tokens != nil {
		authorizing.tokens.connect(d.Secrets, at, func(request *http.Request, body *bytes.Buffer) (client.Answer, error) {
			return asking.Do(request, body)
		})
	}

	return asking, authorizing, nil
}
