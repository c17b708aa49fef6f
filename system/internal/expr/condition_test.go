package expr_test

import (
	"strings"
	"testing"

	"github.com/itchyny/gojq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/internal/expr"
)

func inputs() []string {
	return []string{
		`null`, `true`, `7`, `"x"`, `[]`, `{}`, `[{"T":"error","code":402}]`, `[{"T":"error","code":"402"}]`, `[null]`, `[[1]]`, `{"T":"error"}`,
		`{"code":402}`, `{"code":402.0}`, `{"code":4.02e2}`, `{"code":-402}`, `{"code":9007199254740993}`, `{"code":9007199254740992}`,
		`{"code":99999999999999999999}`, `{"code":null,"a":{"b":false}}`, `{"code":true,"a":{"b":[0,{"c":""}]}}`, `{"a":[1]}`, `{"a":"text","T":{}}`,
		`{"with space":1,"T":[]}`,
	}
}

// Conditions that are answered without the interpreter say what the interpreter says.
func TestConditionsAgreeWithTheInterpreter(t *testing.T) {
	t.Parallel()

	for _, source := range []string{
		`.`, `.T`, `.[0]`, `.[0].T`, `.a.b`, `.a.b[1].c`, `.["with space"]`, `."with space"`, `.T == "error"`, `.T != "error"`, `.code == 402`, `.code != 402`,
		`.code == null`, `.code == true`, `.code != false`, `.[0].T == "error" and .[0].code == 402`, `.T == "error" or .code == 402`, `(.T == "error") and (.code)`,
		`.code == 9007199254740993`, `.code == 402.0`, `.code == -402`, `.a.b == "x" or .a.b[1].c == ""`, `. == null`, `. == "x"`, `. == 7`, `.[1] == null`,
		`.T == "error" and .code == 402 or .a`, `.code == 1e2`, `.[-1].T == "error"`, `.T? == "error"`, `.["T"] == "error"`, `.[1:] == []`, `.T == .code`, `.[0] and .[0]`,
		`.T == "error" and (.code | . > 400)`, `.T == "error" or (.code | . > 400)`, `(.T | length > 1) and .code == 402`,
	} {
		query, err := gojq.Parse(source)
		require.NoError(t, err)

		program := compile(t, source)

		for _, text := range inputs() {
			input := parse(t, text)
			want, problem := interpreted(query, input)
			got, err := program.True(t.Context(), input, nil)
			assert.Equal(t, want, got, "%s of %s", source, text)
			assert.Equal(t, problem != nil, err != nil, "%s of %s: %v", source, text, err)
		}
	}
}

func interpreted(query *gojq.Query, input any) (bool, error) {
	for _, output := range collect(query.Run(input)) {
		if err, failed := output.(error); failed {
			return false, err
		}

		if output != nil && output != false {
			return true, nil
		}
	}

	return false, nil
}

// FuzzCompile reads any text as an expression and asks it: no panic, and conditions agree with the interpreter.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{`.T == "error"`, `.[0].code == 402 and .T`, `"\(.a + 1)"`, `.s * 3`, `.a += .b`, `@json`, `[.[] | tostring] | add`, `.[`, `..`, `$text`} {
		f.Add(seed, `{"T":"error","code":402,"a":{"b":[1]}}`)
	}

	f.Fuzz(func(t *testing.T, source, text string) {
		if len(source) > 200 || strings.Contains(source, "now") {
			return
		}

		program, err := expr.Compile(source)
		if err != nil {
			require.NotEmpty(t, err.Error())

			return
		}

		_, _ = program.True(t.Context(), parseLoosely(text), nil)
		outputs, err := program.All(t.Context(), parseLoosely(text), nil)

		if err == nil {
			_, err = expr.Encode(outputs)
			require.NoError(t, err)
		}
	})
}

func BenchmarkTrue(b *testing.B) {
	input := parse(b, `{"type":"ticker","product_id":"BTC-USD","price":"81234.56"}`)

	for name, source := range map[string]string{"condition": `.type == "error"`, "interpreter": `.type | startswith("err")`} {
		program := compile(b, source)

		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()

			for b.Loop() {
				if truth, err := program.True(b.Context(), input, nil); truth || err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
