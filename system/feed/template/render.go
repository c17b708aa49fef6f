package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/system/feed/spec"
	"github.com/rollcall-go/rollcall/system/secret"
)

// Values are what is inserted. Only what a template's places name has to be there.
type Values struct {
	// Targets are the instruments of a request, resolved. A place of one instrument is about the first.
	Targets []spec.Symbol
	Secrets map[string]secret.Secret
	Now     time.Time
	Nonce   string
	Page    string
	Offset  int
	// Boot is what a bootstrap request gave: texts, numbers and booleans.
	Boot map[string]any
	// Signed are the parts of the request that is signed.
	Signed SignedParts
}

// SignedParts are the parts of a request.
type SignedParts struct{ Method, Host, Path, Query, Target, Body string }

// part returns the part that a place stands for.
func (s *SignedParts) part(place Places) string {
	switch place {
	case Method:
		return s.Method
	case Host:
		return s.Host
	case Path:
		return s.Path
	case Query:
		return s.Query
	case Target:
		return s.Target
	default:
		return s.Body
	}
}

// escaping is how values are made fit for where they stand.
type escaping uint8

const (
	plain     escaping = iota
	segment            // of a URL's path
	query              // a value in a URL's query
	parameter          // a query parameter's value of its own, whose literal text is escaped too
)

func (e escaping) of(text string) string {
	switch e {
	case segment:
		return escapeSegment(text)
	case query, parameter:
		return url.QueryEscape(text)
	default:
		return text
	}
}

// escapeSegment escapes a value for a path. A value of dots alone would climb out of its segment, so its dots are escaped as well.
func escapeSegment(text string) string {
	if strings.Trim(text, ".") == "" {
		return strings.ReplaceAll(text, ".", "%2E")
	}

	return url.PathEscape(text)
}

// Render fills the template in. It fails where a value is missing: a {boot.NAME} that the answer did not have, or a {base} of an instrument
// without a slash.
func (t *Template) Render(v *Values) (string, error) {
	var b strings.Builder

	for i := range t.parts {
		if err := t.parts[i].write(&b, v); err != nil {
			return "", err
		}
	}

	return b.String(), nil
}

// RenderQuery appends name=value to a query, preceded by & where the query is not empty: once, or once for each value of a place that is
// repeated. The template is one of CompileQuery.
func (t *Template) RenderQuery(b *strings.Builder, name string, v *Values) error {
	name = url.QueryEscape(name)

	times := []string{""}
	for i := range t.parts {
		if t.parts[i].join == repeated {
			times = t.parts[i].applyAll(t.parts[i].list(v.Targets))
		}
	}

	for _, value := range times {
		if b.Len() > 0 {
			b.WriteByte('&')
		}

		b.WriteString(name + "=")

		for i := range t.parts {
			p := &t.parts[i]

			if p.join == repeated {
				b.WriteString(p.escape.of(value))
			} else if err := p.write(b, v); err != nil {
				return err
			}
		}
	}

	return nil
}

// write appends a literal text or what a place stands for.
func (p *part) write(b *strings.Builder, v *Values) error {
	switch {
	case p.place == 0:
		b.WriteString(p.text)
	case p.place&Batch != 0:
		p.writeList(b, p.applyAll(p.list(v.Targets)))
	default:
		value, err := p.value(v)
		if err != nil {
			return err
		}

		b.WriteString(p.escape.of(p.apply(value)))
	}

	return nil
}

// writeList appends the values of a batch, joined.
func (p *part) writeList(b *strings.Builder, values []string) {
	before, quote, after := "", "", ""
	if p.join == asJSON {
		before, quote, after = "[", `"`, "]"
	}

	b.WriteString(p.escape.of(before))

	for i, value := range values {
		if i > 0 {
			b.WriteString(p.join.mark(p.escape != plain))
		}

		if quote != "" {
			text, err := json.Marshal(value)
			if err == nil { // it is text
				value = string(text)
			}
		}

		b.WriteString(p.escape.of(value))
	}

	b.WriteString(p.escape.of(after))
}

// list returns the values of a batch, in the order of its instruments.
func (p *part) list(targets []spec.Symbol) []string {
	values := make([]string, 0, len(targets))

	for i := range targets {
		if value, err := field(p.place.single(), "", &targets[i]); err == nil {
			values = append(values, value)
		}
	}

	return values
}

var errNoTarget = errors.New("template: no instrument for a place of one")

// value returns what a place stands for that has one value.
func (p *part) value(v *Values) (string, error) {
	switch p.place {
	case Secret:
		return v.Secrets[p.name].Reveal(), nil
	case Now:
		return p.clock.format(v.Now), nil
	case Nonce:
		return v.Nonce, nil
	case Page:
		return v.Page, nil
	case Offset:
		return strconv.Itoa(v.Offset), nil
	case Boot:
		return bootText(v.Boot, p.name)
	default:
	}

	if p.place&Signed != 0 {
		return v.Signed.part(p.place), nil
	}

	if len(v.Targets) == 0 {
		return "", errNoTarget
	}

	return field(p.place, p.name, &v.Targets[0])
}

// field returns what a place of one instrument stands for.
func field(place Places, name string, target *spec.Symbol) (string, error) {
	switch place {
	case Symbol:
		return target.VendorSymbol, nil
	case Key:
		return target.Key, nil
	case Instrument:
		return string(target.Instrument), nil
	case With:
		if value, has := target.With[name]; has {
			return value, nil
		}

		return "", fmt.Errorf("template: %s has no with.%s", target.Instrument, name)
	default:
	}

	base, quote, pair := strings.Cut(string(target.Instrument), "/")

	switch {
	case !pair:
		return "", fmt.Errorf("template: %s has no slash, and so no base and quote", target.Instrument)
	case place == Base:
		return base, nil
	default:
		return quote, nil
	}
}

func bootText(boot map[string]any, name string) (string, error) {
	switch value := boot[name].(type) {
	case string:
		return value, nil
	case json.Number:
		return value.String(), nil
	case int:
		return strconv.Itoa(value), nil
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), nil
	case bool:
		return strconv.FormatBool(value), nil
	default:
		return "", fmt.Errorf("template: the bootstrap gave no boot.%s", name)
	}
}
