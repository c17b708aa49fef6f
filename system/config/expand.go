package config

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/rollcall-go/rollcall/system/secret"
)

// expand replaces references. A definition may not have any: it could take what it likes from the machine it is used on.
func (d *decoder) expand(at place, node *yaml.Node) (string, bool) {
	if d.source(node) != d.main && strings.Contains(strings.ReplaceAll(node.Value, "$$", ""), "${") {
		remedy := "write {secret.NAME}, and give the secret beside `use`"
		if strings.HasPrefix(at.pattern, "vendors.*.secrets.") {
			remedy = "leave secrets out here, and give them beside `use`"
		}

		d.mistakeAt(node, at.path, "holds a reference, which a definition may not", remedy)

		return "", false
	}

	expand := d.resolver.Expand
	if d.keys[at.pattern].Type == TypeSecretTemplate {
		expand = d.expandLiterally
	}

	resolved, err := expand(node.Value)
	if err != nil {
		d.reference(at, node, err)

		return "", false
	}

	return d.resolved(at, node, resolved)
}

// expandLiterally replaces references in a template. A brace in what they bring in is a brace, and begins no place.
func (d *decoder) expandLiterally(text string) (secret.Resolved, error) {
	var (
		whole secret.Resolved
		out   strings.Builder
	)

	for text != "" {
		before, _, found := strings.Cut(text, "$")
		out.WriteString(before)

		if text = text[len(before):]; !found {
			break
		}

		end := len("$$")
		if strings.HasPrefix(text, "${") {
			end = strings.IndexByte(text, '}') + 1
		}

		if end <= 0 || end > len(text) {
			end = len(text)
		}

		resolved, err := d.resolver.Expand(text[:end])
		if err != nil {
			return secret.Resolved{}, err
		}

		out.WriteString(literal(resolved.Text))

		if out.Len() > secret.MaxValue {
			return secret.Resolved{}, &secret.Error{Problem: "is longer than 64 kB once its references are replaced"}
		}

		whole.References += resolved.References
		whole.Warnings = append(whole.Warnings, resolved.Warnings...)
		text = text[end:]
	}

	whole.Text = out.String()

	return whole, nil
}

// literal is how a text stands in a template that means itself.
func literal(text string) string { return strings.NewReplacer("{", "{{", "}", "}}").Replace(text) }

// resolved takes note of what references brought in.
func (d *decoder) resolved(at place, node *yaml.Node, resolved secret.Resolved) (string, bool) {
	if resolved.References == 0 {
		return resolved.Text, true
	}

	d.expanded += len(resolved.Text)
	if d.expanded > maxExpanded {
		d.mistakeAt(node, at.path, "the references in the file bring in more than 16 MB", "")

		return "", false
	}

	for _, warning := range resolved.Warnings {
		if !d.warned[warning] {
			d.warned[warning] = true
			d.warnAt(node, at.path, warning, "chmod 600 it")
		}
	}

	return resolved.Text, true
}

func (d *decoder) reference(at place, node *yaml.Node, err error) {
	if refused, ok := errors.AsType[*secret.Error](err); ok {
		d.mistakeAt(node, at.path, refused.Problem, refused.Suggestion)

		return
	}

	d.mistakeAt(node, at.path, "a reference cannot be resolved", "")
}
