package expr_test

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/itchyny/gojq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/internal/expr"
)

func parse(t testing.TB, text string) any {
	t.Helper()

	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()

	var value any

	require.NoError(t, decoder.Decode(&value))

	return value
}

// parseLoosely returns null for what is not JSON.
func parseLoosely(text string) any {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()

	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}

	return value
}

func compile(t testing.TB, source string) *expr.Program {
	t.Helper()

	program, err := expr.Compile(source)
	require.NoError(t, err, source)

	return program
}

func TestNumbersKeepTheirText(t *testing.T) {
	t.Parallel()

	outputs, err := compile(t, `.[] | {price: .p, text: (.p|tostring)}`).All(t.Context(), parse(t, `[{"p":185.20},{"p":1.2345e-05},{"p":1795187045123456789}]`), nil)
	require.NoError(t, err)

	encoded, err := expr.Encode(outputs)
	require.NoError(t, err)
	assert.Equal(t, `JSON [{"price":185.20,"text":"185.20"},{"price":1.2345e-05,"text":"1.2345e-05"},{"price":1795187045123456789,"text":"1795187045123456789"}]`, "JSON "+string(encoded))
}

func TestVariablesAreAlwaysDefined(t *testing.T) {
	t.Parallel()

	all := compile(t, `[$secret, $symbols, $keys, $instruments, $status, $headers, $text, $state, $boot, $id]`)

	empty, _, err := all.First(t.Context(), nil, nil)
	require.NoError(t, err)
	assert.Equal(t, parse(t, `[{}, [], [], [], null, {}, "", {}, {}, null]`), empty)

	full, _, err := all.First(t.Context(), nil, &expr.Vars{
		Secret: map[string]string{"key": "k"}, Symbols: []string{"A"}, Keys: []string{"a"}, Instruments: []any{map[string]any{"base": "B"}}, Status: 200,
		Headers: map[string]string{"x": "y"}, Text: "body", State: map[string]any{"1": "A"}, Boot: map[string]any{"token": "t"}, ID: 7,
	})
	require.NoError(t, err)

	encoded, err := expr.Encode(full)
	require.NoError(t, err)
	assert.JSONEq(t, `[{"key":"k"},["A"],["a"],[{"base":"B"}],200,{"x":"y"},"body",{"1":"A"},{"token":"t"},7]`, string(encoded))
}

func TestTrueAndFirst(t *testing.T) {
	t.Parallel()

	input := parse(t, `{"error":["EService:Busy","WWarn"],"zero":0,"no":false,"none":null}`)

	for source, want := range map[string]bool{
		`.error[] | startswith("W")`: true, `.error[] | startswith("X")`: false, `.none`: false, `.no`: false, `.absent`: false, `empty`: false,
		`.zero`: true, `.zero == 0`: true, `.error | length > 1`: true,
	} {
		got, err := compile(t, source).True(t.Context(), input, nil)
		require.NoError(t, err, source)
		assert.Equal(t, want, got, source)
	}

	first, found, err := compile(t, `.error[]`).First(t.Context(), input, nil)
	require.NoError(t, err)
	assert.True(t, found)
	assert.Equal(t, "EService:Busy", first)

	for _, source := range []string{`empty`, `.none`, `.none, 1`} {
		_, found, err = compile(t, source).First(t.Context(), input, nil)
		require.NoError(t, err)
		assert.False(t, found, source)
	}
}

func TestCompileSaysWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()

	for source, want := range map[string]string{
		"":                       "empty",
		" ":                      "empty",
		".a |":                   "ends too early",
		".a ||| .b":              "character 5",
		".a[":                    "ends too early",
		`"abc`:                   "unterminated",
		"nosuch(1)":              "function not defined: nosuch/1",
		"$__meter":               "reserved",
		"$__loc__":               "variable not defined",
		"$nosuch":                "variable not defined: $nosuch",
		"input":                  "not allowed",
		"inputs":                 "not allowed",
		`import "a" as a; .`:     "cannot load module",
		`include "a"; .`:         "cannot load module",
		`import "a" as $a; .`:    "cannot load module",
		"debug":                  "not defined",
		"stderr":                 "not defined",
		`debug("x")`:             "not defined",
		"input_filename":         "not defined",
		strings.Repeat("(", 1e5): "longer than",
	} {
		_, err := expr.Compile(source)
		require.Error(t, err, source)
		assert.Contains(t, err.Error(), want, source)
		assert.Less(t, len(err.Error()), 200)
	}
}

// An expression reads nothing but its input and its variables.
func TestFieldsOfWhatIsGiven(t *testing.T) {
	for source, want := range map[string]string{
		`.[] | {key: .s, "price": .p}`:                                        "key price",
		`.a as $k | {$k, (.dynamic): 1} + {bid, "x\(.y)": 2}`:                 "bid k",
		`{inner: 1} | {key: .inner}, {ask}`:                                   "ask key",
		`if .a then {a: 1} elif .b then {b: {no: 1}} else (.x // {c: 1}) end`: "a b c",
		`{a: 1}.a, [{b: 1}], ({c: 1} | f) | {d: 1} | select(.d)`:              "",
		`def f: {a: 1}; {b: 2}`:                                               "b",
		`.`:                                                                   "",
	} {
		if p, err := expr.Compile(strings.ReplaceAll(source, "| f", "| keys")); assert.NoError(t, err, source) {
			assert.Equal(t, want, strings.Join(p.Fields(), " "), source)
		}
	}
}

func TestWhatObjectsLack(t *testing.T) {
	for source, want := range map[string]bool{
		`.[] | {price: .p}`: true, `if .a then {price} else empty end`: true, `{price}, ({bid} + {ask})`: true,
		`.[] | {key: .k}`: false, `{price} + .more`: false, `if .a then {price} end`: false, `{price, (.k): 1}`: false, `.`: false, `{price} | f`: false,
	} {
		assert.Equal(t, want, compile(t, strings.ReplaceAll(source, "| f", "| select(.a)")).Lacks("key"), source)
	}
}

func TestNothingOfTheMachineIsSeen(t *testing.T) {
	t.Setenv("ROLLCALL_TEST_SECRET", "hidden")

	for source, want := range map[string]string{
		"env": "{}", "$ENV": "{}", "$ENV.ROLLCALL_TEST_SECRET": "null", "[halt]": "null", "[.[]?]": "[]", "@json": `"null"`,
	} {
		got, _, err := compile(t, source).First(t.Context(), nil, nil)
		require.NoError(t, err, source)

		encoded, err := gojq.Marshal(got)
		require.NoError(t, err)
		assert.Equal(t, want, string(encoded), source)
	}

	for _, source := range []string{`"/etc/passwd" | modulemeta`, `"x" | halt_error`, `error("x")`, `.a.b.c | test("x")`} {
		_, err := compile(t, source).All(t.Context(), nil, nil)
		require.Error(t, err, source)
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()

	// RFC 4231, test case 2.
	for source, want := range map[string]string{
		`hmac("sha256"; "Jefe"; "what do ya want for nothing?")`:                                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		`hmac_base64("sha256"; "Jefe"; "what do ya want for nothing?")`:                         "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=",
		`hmac("sha1"; "key"; "The quick brown fox jumps over the lazy dog")`:                    "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9",
		`"what do ya want for nothing?" as $m | hmac("sha384"; "Jefe"; $m) | .[:16]`:            "af45d2e376484031",
		`"what do ya want for nothing?" as $m | hmac("sha512"; "Jefe"; $m) | ascii_upcase[:16]`: "164B7A7BFCF819E2",
	} {
		got, _, err := compile(t, source).First(t.Context(), nil, nil)
		require.NoError(t, err, source)
		assert.Equal(t, want, got, source)
	}

	for _, source := range []string{`hmac("md5"; "k"; "m")`, `hmac("sha256"; 1; "m")`, `hmac_base64("sha256"; "k"; null)`} {
		_, err := compile(t, source).All(t.Context(), nil, nil)
		require.ErrorContains(t, err, "hmac", source)
	}
}

func TestEvaluationsAreBounded(t *testing.T) { //nolint:paralleltest // it measures the memory of the process
	big := strings.Repeat("x", 1<<20)
	inputs := parse(t, `{"times":1000000000,"text":"`+big+`","list":["`+big+`"]}`)

	for _, source := range []string{
		`def f: f; f`, `repeat(1)`, `[range(1e12)]`, `last(range(1e12))`, `range(200000)`, `[limit(1e9; repeat(1))]`,
		`.text * .times`, `.times * .text`, `.text *= .times`,
		`reduce range(60) as $_ ("x"; . + .)`, `reduce range(60) as $_ ("x"; . += .)`, `reduce range(60) as $_ ("x"; . * 2)`,
		`reduce range(60) as $_ ("x"; "\(.)\(.)")`, `reduce range(60) as $_ ([1]; . + .)`, `reduce range(60) as $_ (1; [., .]) | tojson`,
		`reduce range(60) as $_ (1; [., .]) | tostring`, `reduce range(60) as $_ (1; [., .]) | @json`, `reduce range(60) as $_ (1; [., .]) | @text "a\(.)"`,
		`reduce range(60) as $_ (1; [., .])`, `reduce range(60) as $_ ({}; {a: ., b: .})`, `reduce range(200) as $_ (1; [.])`,
		`.text as $t | [range(1000) | $t] | add`, `.text as $t | [range(1000) | $t] | join("")`, `.text as $t | [range(1000) | $t]`,
		`.text as $t | range(1000) | $t`, `.text as $t | [range(100000) | $t + "y"]`,
	} {
		program := compile(t, source)

		var before, after runtime.MemStats

		runtime.ReadMemStats(&before)

		begun := time.Now()
		_, err := program.All(t.Context(), inputs, nil)

		runtime.ReadMemStats(&after)
		require.ErrorIs(t, err, expr.ErrLimit, source)
		assert.Less(t, time.Since(begun), 2*time.Second, source)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(600<<20), source)
	}
}

func TestTheContextEndsAnEvaluation(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := compile(t, `.`).All(ctx, nil, nil)
	require.ErrorIs(t, err, context.Canceled)

	short, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()

	begun := time.Now()
	_, err = compile(t, `def f: f; f`).Within(time.Hour).All(short, nil, nil)
	require.ErrorIs(t, err, expr.ErrLimit)
	assert.Less(t, time.Since(begun), time.Second)
}

// The checks that are put into an expression do not change what it means.
func TestGuardedExpressionsMeanTheSame(t *testing.T) {
	t.Parallel()

	input := parse(t, `{"a":1,"b":[3,4],"s":"xy","o":{"k":"v","n":{"m":1}},"list":["p","q",null],"mixed":[1,"2",null,{"z":1}]}`)

	for _, source := range []string{
		`.a + 1`, `1 + .a * 2 - 3`, `.s + "z"`, `"z" + .s + .s`, `.b + [5]`, `.o + {x: .a}`, `null + .a`, `.s * 3`, `3 * .s`, `.s * 0`, `.o * {n: {q: 2}}`,
		`(.a, 2) + (.b[])`, `(.a, 2) * (.b[])`, `[.b[] * (1, 2)]`, `.a += (1, 2)`, `.b[] += 1`, `.b[] *= 2`, `.s *= 2`, `.s += "z" + .s`, `.o.k += .s`,
		`.a += .b[0] * 2`, `(.a, .b[0]) += 10`, `.b |= . + [1]`, `"\(.a) and \(.s + "!")"`, `@json "x\(.o)"`, `@csv "\(.b)"`, `.b | @csv`, `.o | @json`,
		`.list | join(",")`, `.b | add`, `[.b[], 1] | add / length`, `.o | tojson | fromjson`, `.mixed | map(tostring)`, `.o | tostring | length`,
		`.list | map(ascii_upcase? // "-") | join("-")`, `def add: 7; add`, `def f($x): $x + $x; f(.s)`, `reduce .b[] as $x (0; . + $x * $x)`,
		`foreach .b[] as $x (0; . + $x; [., $x])`, `[.b | to_entries[] | "\(.key + 1)=\(.value)"] | join("&")`, `if .a + 1 == 2 then .s + "t" else "f" end`,
		`try (.s + 1) catch "no"`, `try error("x" + .s) catch .`, `.b[.a + 0]`, `.b[:.a + 0]`, `{("k" + .s): .a + 1, "lit\(.a)": 2}`, `[.[] | strings + "!"]`,
		`.s as $x | .o.k as $y | $x + $y`, `label $out | foreach .b[] as $x (0; . + $x; if . > 2 then ., break $out else empty end)`, `[paths | map(tostring) | join(".")]`,
		`-(.a + 2)`, `.s | tostring[1:]`, `[.s, .s] | add[1:3]`, `.s | @base64 + "="`, `[limit(3; repeat(.a + 1))]`, `.x += 1`, `.["s"] += "u"`, `{a: (.a + .b[0])}`,
	} {
		query, err := gojq.Parse(source)
		require.NoError(t, err, source)

		want := collect(query.Run(input))
		got, err := compile(t, source).All(t.Context(), input, nil)
		require.NoError(t, err, source)
		assert.Equal(t, want, got, source)
	}
}

func collect(iter gojq.Iter) []any {
	var outputs []any

	for {
		output, more := iter.Next()
		if !more {
			return outputs
		}

		outputs = append(outputs, output)
	}
}

func TestInputsAreNotChangedAndProgramsAreShared(t *testing.T) {
	t.Parallel()

	const text = `{"a":{"b":[1,2,3]},"s":"x"}`

	input, program := parse(t, text), compile(t, `.a.b[1] = $id | .s += "y" | del(.a.b[0])`)

	var group sync.WaitGroup

	for id := 1; id <= 8; id++ {
		group.Go(func() {
			for range 50 {
				output, _, err := program.First(context.Background(), input, &expr.Vars{ID: id})
				if err != nil {
					t.Error(err)

					return
				}

				encoded, _ := expr.Encode(output)
				assert.Equal(t, `{"a":{"b":[`+string(rune('0'+id))+`,3]},"s":"xy"}`, string(encoded))
			}
		})
	}

	group.Wait()
	assert.Equal(t, parse(t, text), input)
}

// A value that is none of jq's kinds makes the interpreter panic; it must not take the process with it.
func TestAPanicIsAnError(t *testing.T) {
	t.Parallel()

	_, err := compile(t, `type`).All(t.Context(), struct{}{}, nil)
	require.ErrorContains(t, err, "interpreter")
}

func TestEncode(t *testing.T) {
	t.Parallel()

	for want, value := range map[string]any{
		"ping": "ping", `{"a":[1.50,null,true,"<&>"]}`: parse(t, `{"a":[1.50,null,true,"<&>"]}`), "null": nil, "7": 7,
	} {
		got, err := expr.Encode(value)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}

	_, err := expr.Encode([]any{strings.Repeat("x", 5<<20)})
	require.ErrorIs(t, err, expr.ErrLimit)
}
