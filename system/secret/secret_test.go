package secret_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"text/template"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"github.com/rollcall-go/rollcall/system/secret"
)

const hidden = "hunter2-do-not-show"

// outer has its secret where fmt may look but may not call methods.
type outer struct{ inner secret.Secret }

// public has it where encoders find it.
type public struct {
	Token   secret.Secret  `json:"token"`
	Pointer *secret.Secret `json:"pointer"`
}

func TestOnlyRevealReveals(t *testing.T) {
	s := secret.New(hidden)
	assert.Equal(t, hidden, s.Reveal())
	assert.Equal(t, secret.Mask, s.String())
	assert.False(t, s.IsZero())
}

func TestNoSecretIsNothing(t *testing.T) {
	for _, none := range []secret.Secret{{}, secret.New("")} {
		assert.True(t, none.IsZero())
		assert.Empty(t, none.Reveal())
		assert.Empty(t, none.String())
		assert.Empty(t, fmt.Sprintf("%v", none)) //nolint:gocritic // the verb is the point
	}

	assert.Equal(t, secret.Secret{}, secret.New(""))
}

// TestEqualSecretsAreEqual: a reload compares configurations.
func TestEqualSecretsAreEqual(t *testing.T) {
	assert.True(t, reflect.DeepEqual(outer{secret.New(hidden)}, outer{secret.New(hidden)}))
	assert.False(t, reflect.DeepEqual(outer{secret.New(hidden)}, outer{secret.New("other")}))
}

// TestEveryVerbPrintsTheMask: not an address, which would be different in every run.
func TestEveryVerbPrintsTheMask(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t"} {
		assert.Equal(t, secret.Mask, fmt.Sprintf(verb, secret.New(hidden)), verb)
	}
}

// TestEveryVerbIsMasked tries every letter as a verb, with every flag, on the secret and on what may contain it.
func TestEveryVerbIsMasked(t *testing.T) {
	s := secret.New(hidden)

	for name, value := range map[string]any{
		"value": s, "pointer": &s, "in a struct": public{Token: s, Pointer: &s}, "in a pointer": &public{Token: s, Pointer: &s},
		"in an unexported field": outer{s}, "in a pointer to one": &outer{s}, "in a slice": []secret.Secret{s}, "in an interface": []any{s},
		"in a map": map[string]secret.Secret{"k": s}, "as a key": map[secret.Secret]int{s: 1}, "in an unexported map": []outer{{s}},
	} {
		for verb := 'A'; verb <= 'z'; verb++ {
			for _, flags := range []string{"", "+", "#", "-30", "030", " ", ".3"} {
				shown := fmt.Sprintf("%"+flags+string(verb), value)
				require.False(t, leaks(shown), "%s with %%%s%c: %s", name, flags, verb, shown)
			}
		}

		require.False(t, leaks(fmt.Sprint(value)), name)
		require.False(t, leaks(fmt.Errorf("wrapped: %w", errors.Join(fmt.Errorf("%v", value))).Error()), name)
	}
}

// leaks reports whether a text contains the secret, as it is or in the usual ways to write bytes.
func leaks(shown string) bool {
	lower := strings.ToLower(shown)

	return strings.Contains(shown, hidden) || strings.Contains(lower, fmt.Sprintf("%x", hidden)) ||
		strings.Contains(lower, fmt.Sprintf("% x", hidden)) || strings.Contains(lower, fmt.Sprintf("%d", []byte(hidden))) ||
		strings.Contains(shown, hidden[:3])
}

func TestEveryEncoderIsMasked(t *testing.T) {
	s := secret.New(hidden)
	value := public{Token: s, Pointer: &s}

	encoders := map[string]func(io.Writer) error{
		"json":     func(w io.Writer) error { return json.NewEncoder(w).Encode(value) },
		"json key": func(w io.Writer) error { return json.NewEncoder(w).Encode(map[secret.Secret]int{s: 1}) },
		"xml":      func(w io.Writer) error { return xml.NewEncoder(w).Encode(value) },
		"yaml":     func(w io.Writer) error { return yaml.NewEncoder(w).Encode(value) },
		"template": func(w io.Writer) error {
			return template.Must(template.New("").Parse("{{.Token}} {{.Pointer}} {{printf \"%p\" .Token}}")).Execute(w, value)
		},
		"logrus text": func(w io.Writer) error { return logged(w, &logrus.TextFormatter{}, value) },
		"logrus json": func(w io.Writer) error { return logged(w, &logrus.JSONFormatter{}, value) },
		"slog text": func(w io.Writer) error {
			slog.New(slog.NewTextHandler(w, nil)).Info("m", "secret", s, "value", value, "inner", outer{s})

			return nil
		},
		"slog json": func(w io.Writer) error {
			slog.New(slog.NewJSONHandler(w, nil)).Info("m", "secret", s, "value", value, "inner", outer{s})

			return nil
		},
	}

	for name, encode := range encoders {
		t.Run(name, func(t *testing.T) {
			var shown bytes.Buffer
			require.NoError(t, encode(&shown))
			assert.Contains(t, shown.String(), secret.Mask)
			assert.NotContains(t, shown.String(), hidden)
		})
	}
}

func logged(w io.Writer, formatter logrus.Formatter, value public) error {
	logger := logrus.New()
	logger.SetOutput(w)
	logger.SetFormatter(formatter)
	logger.WithFields(logrus.Fields{"secret": value.Token, "value": value, "inner": outer{value.Token}}).Error(value.Token)

	return nil
}

func TestGobRefuses(t *testing.T) {
	var shown bytes.Buffer

	require.Error(t, gob.NewEncoder(&shown).Encode(secret.New(hidden)))
	assert.NotContains(t, shown.String(), hidden)
}

// TestYAMLKeepsTheText: what looks like a number is text all the same.
func TestYAMLKeepsTheText(t *testing.T) {
	for text, want := range map[string]string{
		"hunter2": "hunter2", "0700": "0700", "1_000": "1_000", "0x10": "0x10", "1.10": "1.10", "TRUE": "TRUE", `"~"`: "~",
		`" padded "`: " padded ", "''": "", "null": "", "": "", "!!int hunter2": "hunter2",
	} {
		var read struct{ Token secret.Secret }

		require.NoError(t, yaml.Unmarshal([]byte("token: "+text), &read), text)
		assert.Equal(t, want, read.Token.Reveal(), text)
		assert.Equal(t, want == "", read.Token.IsZero(), text)
	}
}

func TestYAMLAnchorsWork(t *testing.T) {
	var read struct{ First, Second secret.Secret }

	require.NoError(t, yaml.Unmarshal([]byte("first: &a hunter2\nsecond: *a"), &read))
	assert.Equal(t, "hunter2", read.Second.Reveal())
}

func TestYAMLErrorsDoNotQuoteTheSecret(t *testing.T) {
	for _, text := range []string{"[" + hidden + "]", "{a: " + hidden + "}", "{" + hidden + ": a}"} {
		var read struct{ Token secret.Secret }

		err := yaml.Unmarshal([]byte("token: "+text), &read)
		require.ErrorContains(t, err, "a secret is text")
		assert.NotContains(t, err.Error(), hidden, text)
	}
}

func TestAnySecretIsMasked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[^*]{1,40}`).Draw(t, "value")
		s := secret.New(value)

		require.Equal(t, value, s.Reveal())
		require.Equal(t, secret.Mask, fmt.Sprintf("%s", s)) //nolint:gocritic // the verb is the point

		encoded, err := json.Marshal(s)
		require.NoError(t, err)
		require.JSONEq(t, `"`+secret.Mask+`"`, string(encoded))
	})
}
