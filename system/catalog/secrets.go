package catalog

import (
	"maps"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"
)

// mention is how templates and expressions call a secret.
var mention = regexp.MustCompile(`\{secret\.([A-Za-z0-9_-]+)|\$secret\.([A-Za-z_][A-Za-z0-9_]*)`)

// secrets returns the names of the secrets that a definition takes: those that its templates and expressions mention.
func secrets(document *yaml.Node) []string {
	names := make(map[string]bool)

	var gather func(node *yaml.Node)

	gather = func(node *yaml.Node) {
		for _, found := range mention.FindAllStringSubmatch(node.Value, -1) {
			names[found[1]+found[2]] = true
		}

		for i, child := range node.Content {
			if i%2 == 1 && node.Kind == yaml.MappingNode && isForPeople(node.Content[i-1].Value) {
				continue
			}

			gather(child)
		}
	}

	gather(document)

	return slices.Sorted(maps.Keys(names))
}

// isForPeople reports whether what stands behind a key is no part of how the vendor is asked.
func isForPeople(key string) bool { return key == "about" || key == "examples" }
