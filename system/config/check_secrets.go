package config

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// checkSecrets finds secrets that a template or an expression names and nobody gives.
func (d *decoder) checkSecrets(at place, e entry, vendor *Vendor) {
	if !mentionsSecrets(e.value) {
		return
	}

	needed := make(map[string]string)
	d.collectSecrets(at, e.value, needed)

	for _, name := range slices.Sorted(maps.Keys(needed)) {
		child := at.key("secrets").key(name)

		if _, given := vendor.Feed.Secrets[name]; given || d.bad[child.path] || d.bad[at.key("secrets").path] {
			continue
		}

		node := find(e.value, "secrets")
		if node == e.value {
			node = e.key
		}

		d.bad[needed[name]] = true // not to be told twice
		d.mistakeAt(node, child.path, "is required, "+strings.TrimPrefix(needed[name], at.path+".")+" names it",
			"give it, for example secrets: {"+name+`: "${`+variable(vendor, name)+`}"}`)
	}
}

// mentionsSecrets spares most vendors of a long file the closer look.
func mentionsSecrets(node *yaml.Node) bool {
	return strings.Contains(node.Value, "secret.") || slices.ContainsFunc(node.Content, mentionsSecrets)
}

// variable is the name that the environment variable of a vendor's secret could have.
func variable(vendor *Vendor, name string) string {
	return strings.ToUpper(strings.ReplaceAll(string(vendor.Name), "-", "_") + "_" + name)
}

// collectSecrets notes the names of secrets in templates and expressions, and where each first stands.
func (d *decoder) collectSecrets(at place, node *yaml.Node, needed map[string]string) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			child := at.key(node.Content[i].Value)
			if _, known := d.keys[child.pattern]; !known {
				child = at.entry(node.Content[i].Value)
			}

			d.collectSecrets(child, node.Content[i+1], needed)
		}
	case yaml.SequenceNode:
		for i, item := range node.Content {
			d.collectSecrets(at.item(i), item, needed)
		}
	case yaml.ScalarNode:
		for _, name := range secretsIn(node.Value, d.keys[at.pattern].Type) {
			if _, noted := needed[name]; !noted {
				needed[name] = at.path
			}
		}
	default:
	}
}

// secretsIn are the names of secrets in a text: behind {secret. in templates, behind $secret. in expressions.
func secretsIn(text string, kind Type) []string {
	var begin string

	switch kind {
	case TypeExpression:
		begin = "$secret."
	case TypeTemplate, TypeSecretTemplate, TypeURL:
		begin = "{secret."
	default:
		return nil
	}

	var names []string

	for {
		_, rest, found := strings.Cut(text, begin)
		if !found {
			return names
		}

		end := 0
		for end < len(rest) && isIdentifier(rest[:end+1]) {
			end++
		}

		if end > 0 {
			names = append(names, rest[:end])
		}

		text = rest[end:]
	}
}
