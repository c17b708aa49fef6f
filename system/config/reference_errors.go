package config

import (
	"slices"

	"github.com/rollcall-go/rollcall/messages"
)

// errorKeys are the keys of what failures look like.
func errorKeys() []Key {
	return slices.Concat([]Key{{
		Path: "errors", Type: TypeList, Example: `[{when: ".code == 429", outcome: rate_limited, retry: next_minute}]`,
		Doc: "What failures look like in answers: the first that fits counts. They hold for every endpoint, and for the stream after its own. " +
			"Beside `use`, yours come before the definition's.",
	}, {
		Path: "errors[]", Type: TypeMapping, Example: `{text: maintenance, outcome: unavailable}`,
		Doc: "One failure. At least one of `when`, `status` and `text` is given; all that are given must hold.",
	}}, below("errors[].", ruleKeys()))
}

func ruleKeys() []Key {
	return []Key{
		{Path: "when", Type: TypeExpression, Example: `'.status == "error"'`, Doc: "Holds where this is true of the answer."},
		{
			Path: "status", Type: TypeInteger, Min: 100, Max: 4999, Example: "403",
			Doc: "Holds where the answer has this HTTP status, or a WebSocket ends with this code.",
		},
		{Path: "text", Type: TypeText, Example: "maintenance", Doc: "Holds where the raw answer, or the reason of a WebSocket's end, contains this, in upper or lower case."},
		{
			Path: "outcome", Type: TypeText, Required: true, Words: outcomes(), Example: "rate_limited",
			Doc: "What the failure is called; `ok` for a warning, which keeps the rules behind it from being asked.",
		},
		{
			Path: "scope", Type: TypeText, Fallback: "request, in a stream connection", Words: []string{"symbol", "request", "connection"},
			Example: "symbol", Doc: "What has failed.",
		},
		{
			Path: "symbol", Type: TypeExpression, Fallback: "all of the request", Example: ".symbol",
			Doc: "Gives the keys that a failure of scope symbol concerns.",
		},
		{
			Path: "retry", Type: TypeText, Fallback: "the outcome's own way", Example: "next_minute",
			Doc: "When the vendor may be asked again: after a duration such as `30s`, `next_minute`, `next_hour`, `next_day`, `next_month` (in " +
				"UTC), `never` or `reconnect`.",
		},
		{Path: "detail", Type: TypeExpression, Fallback: "the vendor's own message", Example: ".message", Doc: "Gives the text that people see."},
	}
}

// outcomes are the words of the closed set.
func outcomes() []string {
	words := make([]string, 0, len(messages.Outcomes()))

	for _, outcome := range messages.Outcomes() {
		words = append(words, string(outcome))
	}

	return words
}
