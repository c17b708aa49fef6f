package config

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

// appendJSON appends a node as JSON; keys keep their order.
func appendJSON(dst []byte, node *yaml.Node) []byte {
	switch {
	case node.Kind == yaml.MappingNode:
		dst = append(dst, '{')

		for i := 0; i+1 < len(node.Content); i += 2 {
			if i > 0 {
				dst = append(dst, ',')
			}

			dst = appendJSON(dst, node.Content[i])
			dst = appendJSON(append(dst, ':'), node.Content[i+1])
		}

		return append(dst, '}')
	case node.Kind == yaml.SequenceNode:
		dst = append(dst, '[')

		for i, item := range node.Content {
			if i > 0 {
				dst = append(dst, ',')
			}

			dst = appendJSON(dst, item)
		}

		return append(dst, ']')
	case node.Tag == "!!int" || node.Tag == "!!bool" || node.Tag == "!!float":
		return append(dst, node.Value...)
	default:
		quoted, err := jsontext.AppendQuote(dst, node.Value)
		if err != nil {
			return strconv.AppendQuoteToASCII(dst, "not UTF-8")
		}

		return quoted
	}
}
