package feed

import (
	"net/http"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/internal/expr"
	"github.com/rollcall-go/rollcall/system/secret"
)

// requestVars are what the expression of a body may use.
func requestVars(symbols []spec.Symbol, secrets map[string]secret.Secret) *expr.Vars {
	v := &expr.Vars{Secret: make(map[string]string, len(secrets))}

	for name, value := range secrets {
		v.Secret[name] = value.Reveal()
	}

	for i := range symbols {
		symbol := &symbols[i]
		v.Symbols, v.Keys = append(v.Symbols, symbol.VendorSymbol), append(v.Keys, symbol.Key)
		v.Instruments = append(v.Instruments, describe(symbol))
	}

	return v
}

// describe is an instrument as expressions see it.
func describe(symbol *spec.Symbol) map[string]any {
	with := make(map[string]any, len(symbol.With))
	for name, value := range symbol.With {
		with[name] = value
	}

	base, quote, pair := strings.Cut(string(symbol.Instrument), "/")
	if !pair {
		base = ""
	}

	return map[string]any{
		"instrument": string(symbol.Instrument), "symbol": symbol.VendorSymbol, "key": symbol.Key, "base": base, "quote": quote, "with": with,
	}
}

// answerVars are what an expression over an answer may use.
func answerVars(b *batch, status int, header http.Header, body []byte) *expr.Vars {
	v := &expr.Vars{Status: status, Headers: make(map[string]string, len(header)), Text: string(body)}

	for name := range header {
		v.Headers[strings.ToLower(name)] = header.Get(name)
	}

	if b != nil {
		named := requestVars(b.symbols, nil)
		v.Symbols, v.Keys, v.Instruments = named.Symbols, named.Keys, named.Instruments
	}

	return v
}
