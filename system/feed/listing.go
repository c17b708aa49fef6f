package feed

import (
	"context"
	"net/http"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/reading"
	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/feed/template"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/internal/tree"
)

// maxListed is how many symbols of a vendor's list are read.
const maxListed = 200_000

// ListedSymbol is a symbol that a vendor says it has. Base and Quote are empty where the vendor does not say them.
type ListedSymbol struct{ Symbol, Base, Quote string }

// symbolList says where the vendor lists its symbols.
type symbolList struct {
	endpoint *endpoint
	symbols  *expr.Program
}

// compileListing checks a Listing; nil where there is none.
func compileListing(d spec.Definition, veil reading.Veil) (*symbolList, []spec.FieldError) {
	if d.Listing == (spec.Listing{}) {
		return nil, nil
	}

	schemes := []string{"http", "https"}
	_, problems := template.CompileURL("listing.url", d.Listing.URL, template.Scope{Allowed: template.Anywhere, Secrets: d.Secrets}, schemes...)

	// The headers are those of the first endpoint, whose mistakes are listed there.
	request, _ := template.CompileRequest(
		template.RequestText{URL: d.Listing.URL, Schemes: schemes, Headers: d.Headers}, template.Scope{Allowed: ^template.Places(0), Secrets: d.Secrets},
	)

	symbols, err := expr.Compile(d.Listing.Symbols)
	if d.Listing.Symbols == "" {
		problems = append(problems, spec.FieldError{Field: "listing.symbols", Problem: "is missing", Suggestion: "such as .symbols[].name"})
	} else if err != nil {
		problems = append(problems, spec.FieldError{Field: "listing.symbols", Problem: err.Error()})
	}

	// Its answers are read as a tree; the reader is there for the definition's errors.
	reader, _ := reading.Compile(spec.Parse{Price: "price"}, d.Errors, veil)

	return &symbolList{
		endpoint: &endpoint{method: http.MethodGet, request: request, header: commonHeader(spec.Endpoint{}), reader: reader}, symbols: symbols,
	}, problems
}

// Listed asks the vendor for the list of its symbols. Its error is a *messages.Failure; a vendor whose definition has no listing gives
// bad_request.
func (s *Source) Listed(ctx context.Context) ([]ListedSymbol, error) {
	if s.symbols == nil {
		return nil, messages.NewFailure(messages.OutcomeBadRequest, "the definition does not say where the vendor lists its symbols")
	}

	limited, cancel := context.WithTimeout(ctx, fallbackTimeout)
	defer cancel()

	body := borrowBody()
	defer giveBackBody(body)

	answer, _, failure := s.request(limited, &batch{endpoint: s.symbols.endpoint}, cursor{}, body)
	if failure != nil {
		return nil, failure
	}

	document, err := tree.Parse(body.Bytes(), tree.Options{AnyCase: true})
	if err != nil {
		return nil, messages.NewFailure(messages.OutcomeMalformed, "the list of symbols cannot be read")
	}

	found, err := s.symbols.symbols.All(limited, document, answerVars(nil, answer.Status, answer.Header, body.Bytes()))
	if err != nil {
		return nil, messages.NewFailure(messages.OutcomeMalformed, "listing.symbols fails on this answer")
	}

	return listed(found), nil
}

// listed reads the outputs of the expression, each a text, an object, or an array of them. What is none of these is left out.
func listed(found []any) []ListedSymbol {
	var symbols []ListedSymbol

	for _, one := range found {
		switch value := one.(type) {
		case []any:
			symbols = append(symbols, listed(value)...)
		case string:
			symbols = append(symbols, ListedSymbol{Symbol: value})
		case map[string]any:
			text := func(name string) string {
				inner, _ := value[name].(string)

				return inner
			}

			if symbol := text("symbol"); symbol != "" {
				symbols = append(symbols, ListedSymbol{symbol, text("base"), text("quote")})
			}
		}

		if len(symbols) >= maxListed {
			return symbols[:maxListed]
		}
	}

	return symbols
}
