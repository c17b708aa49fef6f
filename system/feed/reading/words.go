package reading

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
)

// Limits of the search for a vendor's message.
const (
	maxWordsDepth = 4
	maxWordsBytes = 4 << 10
)

// messageNames are where vendors put what they say, in lower case; the first that has words comes first.
func messageNames() []string {
	return []string{
		"message", "msg", "error_message", "errormessage", "error message", "error_description", "error", "errors", "reason", "detail", "details", "description",
		"note", "information", "info", "ret_msg", "retmsg", "title", "status", "response", "fault", "data", "meta",
	}
}

// messageOf returns what a vendor says in a document: the texts in the usual places, joined; empty if there are none.
func messageOf(document any) string {
	var texts []string

	collectMessage(document, maxWordsDepth, false, &texts)

	return strings.Join(texts, ": ")
}

// collectMessage adds the texts of the usual places. Inside says that the value itself stands in one of them, so that it counts if it is text.
func collectMessage(value any, depth int, inside bool, texts *[]string) {
	if depth == 0 || len(*texts) >= 3 {
		return
	}

	switch value := value.(type) {
	case string:
		if text := strings.TrimSpace(value); inside && len(text) > 2 && !slices.Contains(*texts, text) && !isStatusWord(text) {
			*texts = append(*texts, text)
		}
	case []any:
		for _, element := range value[:min(len(value), 3)] {
			collectMessage(element, depth-1, inside, texts)
		}
	case map[string]any:
		if len(value) > 100 {
			return
		}

		byName := make(map[string]any, len(value))
		for name, member := range value {
			byName[strings.ToLower(name)] = member
		}

		for _, name := range messageNames() {
			collectMessage(byName[name], depth-1, true, texts)
		}
	}
}

// isStatusWord reports whether a text only says that there is an error.
func isStatusWord(text string) bool {
	switch strings.ToLower(text) {
	case "error", "err", "fail", "failed", "failure", "false", "true", "success", "ok":
		return true
	default:
		return false
	}
}

// isPresent reports whether the value at the error path says that there is an error.
func isPresent(value any) bool {
	switch value := value.(type) {
	case nil:
		return false
	case bool:
		return value
	case string:
		return value != ""
	case json.Number:
		number, err := value.Float64()

		return err != nil || number != 0
	case []any:
		return len(value) > 0
	case map[string]any:
		return len(value) > 0
	default:
		return true
	}
}

// wordsOf returns the texts and numbers in a value; of an object in the order of its names.
func wordsOf(value any) string {
	var b strings.Builder

	addWords(&b, value)

	return strings.TrimSpace(b.String())
}

func addWords(b *strings.Builder, value any) {
	if b.Len() > 2*messages.MaxDetail {
		return
	}

	switch value := value.(type) {
	case bool:
		if value {
			b.WriteString("true ")
		}
	case []any:
		for _, element := range value {
			addWords(b, element)
		}
	case map[string]any:
		names := make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}

		slices.Sort(names)

		for _, name := range names {
			addWords(b, value[name])
		}
	case nil:
	default:
		text := valueOf(value).text
		if s, ok := value.(string); ok {
			text = s[:min(len(s), maxWordsBytes)]
		}

		b.WriteString(text + " ")
	}
}
