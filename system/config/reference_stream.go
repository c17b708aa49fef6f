package config

import (
	"slices"
	"time"
)

// streamKeys are the keys of how a vendor pushes.
func streamKeys() []Key {
	return slices.Concat([]Key{{
		Path: "stream", Type: TypeMapping, Example: `{url: "wss://stream.example.com/v1"}`,
		Doc: "How the vendor pushes: over a WebSocket, or over an HTTP answer that does not end, one JSON document a line or an event.",
	}}, below("stream.", slices.Concat(
		connectionKeys(), below("login.", loginKeys()), subscribeKeys(), messageKeys(),
		section("Answers", below("parse.", parseKeys())),
		[]Key{
			{Path: "errors", Type: TypeList, Doc: "The stream's own errors, asked before the vendor's.", Example: "[{when: .error, outcome: bad_request}]"},
			{Path: "errors[]", Type: TypeMapping, Repeats: "vendors.*.errors[]", Doc: "One failure, with the keys of `errors[]`."},
		},
		below("errors[].", ruleKeys()), lifeKeys(),
	)))
}

func connectionKeys() []Key {
	return slices.Concat([]Key{
		{
			Path: "url", Type: TypeURL, Required: true, Example: `"wss://stream.example.com/v1"`,
			Doc: "Where to connect: ws, wss, http or https. `{symbols}` puts the subscription into it, `{symbol}` makes a connection for each instrument.",
		},
		{Path: "query", Type: TypeMapping, Example: `{token: "{secret.token}"}`, Doc: "Query values by name."},
		{Path: "query.*", Type: TypeSecretTemplate, Example: `"{secret.token}"`, Doc: "One value."},
		{Path: "headers", Type: TypeMapping, Example: `{Authorization: "Bearer {secret.token}"}`, Doc: "HTTP headers by name."},
		headerKey("headers.*"),
		{
			Path: "bootstrap", Type: TypeMapping,
			Doc: "A request before each connection. What its answer gives is `{boot.NAME}` in the URL and `$boot.NAME` in expressions.",
		},
	}, below("bootstrap.", []Key{
		{Path: "url", Type: TypeURL, Required: true, Example: "https://api.example.com/v1/token", Doc: "The URL."},
		{
			Path: "method", Type: TypeText, Fallback: "GET, or POST where there is a `body`", Words: []string{"GET", "POST", "PUT"}, Example: "POST",
			Doc: "The HTTP method.",
		},
		{Path: "headers", Type: TypeMapping, Example: `{Accept: application/json}`, Doc: "HTTP headers by name."},
		headerKey("headers.*"),
		{Path: "body", Type: TypeExpression, Example: `"{key: $secret.key}"`, Doc: "Gives the body."},
		{Path: "take", Type: TypeExpression, Required: true, Example: `"{token: .data.token}"`, Doc: "Gives an object out of the answer."},
	}), []Key{
		{
			Path: "frames", Type: TypeText, Fallback: "plain", Words: []string{"gzip", "deflate", "zlib"}, Example: "gzip",
			Doc: "How binary frames are packed.",
		},
		{Path: "login", Type: TypeMapping, Doc: "What is sent before anything is subscribed to."},
	})
}

func afterKey() Key {
	return Key{
		Path: "after", Type: TypeExpression, Fallback: "it is sent at once", Example: `'.event == "welcome"'`,
		Doc: "True of the message that must come first.",
	}
}

func withinKey() Key {
	return Key{
		Path: "within", Type: TypeDuration, Fallback: "10s", Min: int64(time.Millisecond), Max: int64(time.Hour), Example: "5s",
		Doc: "How long that may take.",
	}
}

func loginKeys() []Key {
	return []Key{
		afterKey(),
		{
			Path: "send", Type: TypeExpression, Required: true, Example: `'{op: "auth", key: $secret.key}'`,
			Doc: "Gives the message: text is sent as it is, anything else as JSON.",
		},
		{
			Path: "done", Type: TypeExpression, Fallback: "nothing is waited for", Example: `'.event == "authenticated"'`,
			Doc: "True of the message that accepts the login.",
		},
		withinKey(),
	}
}

func subscribeKeys() []Key {
	return slices.Concat([]Key{
		{Path: "subscribe", Type: TypeMapping, Doc: "How the instruments are ordered."},
	}, below("subscribe.", []Key{
		afterKey(),
		{
			Path: "send", Type: TypeExpression, Required: true, Example: `'{op: "subscribe", args: $symbols, id: $id}'`,
			Doc: "Gives the message. `$symbols` are its vendor symbols, `$instruments` objects with all names, `$id` counts messages from 1.",
		},
		{
			Path: "per_message", Type: TypeInteger, Fallback: "all", Min: 1, Max: 100_000, Example: "50",
			Doc: "How many instruments one message orders.",
		},
		{
			Path: "per_connection", Type: TypeInteger, Fallback: "all", Min: 1, Max: 100_000, Example: "200",
			Doc: "How many instruments one connection carries.",
		},
		{Path: "pause", Type: TypeDuration, Max: int64(time.Minute), Example: "100ms", Doc: "The time between messages."},
		{
			Path: "done", Type: TypeExpression, Fallback: "nothing is waited for", Example: `'.event == "subscribed"'`,
			Doc: "Gives the number of subscriptions that a message acknowledges, or a list of their keys, or true for all.",
		},
		withinKey(),
	}))
}

func messageKeys() []Key {
	return []Key{
		{
			Path: "replies", Type: TypeList, Example: `[{when: .ping, send: "{pong: .ping}"}]`,
			Doc: "Answers to messages of the vendor's, such as its pings.",
		},
		{Path: "replies[]", Type: TypeMapping, Example: `{when: .ping, send: "{pong: .ping}"}`, Doc: "One answer."},
		{
			Path: "replies[].when", Type: TypeExpression, Required: true, Example: ".ping",
			Doc: "True of the message; of a message that is not JSON, of its text.",
		},
		{Path: "replies[].send", Type: TypeExpression, Required: true, Example: `"{pong: .ping}"`, Doc: "Gives the answer."},
		{
			Path: "ping", Type: TypeMapping, Example: "{every: 20s}",
			Doc: "What we send so that the vendor knows that we live: by `every` or by `idle`.",
		},
		{
			Path: "ping.send", Type: TypeExpression, Fallback: "the WebSocket's own ping, after which something must come within 10s", Example: `'"ping"'`,
			Doc: "Gives the message.",
		},
		{Path: "ping.every", Type: TypeDuration, Min: int64(100 * time.Millisecond), Max: day, Example: "20s", Doc: "The interval."},
		{
			Path: "ping.idle", Type: TypeDuration, Min: int64(100 * time.Millisecond), Max: day, Example: "20s",
			Doc: "How long nothing may have come before a ping is sent.",
		},
		{
			Path: "heartbeat", Type: TypeExpression, Example: `"{ping: ($boot.interval / 1000)}"`,
			Doc: "Gives what the vendor itself says, by `$boot` or `$state`, in seconds: `ping` instead of `ping.every` or `ping.idle`, and `silence`, at most the configured one.",
		},
		{Path: "ignore", Type: TypeList, Example: "[pong]", Doc: "Texts of messages that mean nothing and need not be JSON."},
		{Path: "ignore[]", Type: TypeText, Example: "pong", Doc: "One such text."},
		{
			Path: "remember", Type: TypeExpression, Example: `'select(.event == "subscribed") | {(.id): .pair}'`,
			Doc: "Gives an object, or nothing: it is merged into `$state` for later messages of the connection.",
		},
		{
			Path: "merge", Type: TypeBoolean, Example: "true",
			Doc: "Keeps the fields that a message does not carry as they were, by instrument, until the connection ends.",
		},
		{
			Path: "order", Type: TypeText, Fallback: "rising where the rows have sequence numbers", Words: []string{"rising", "gapless"},
			Example: "gapless", Doc: "What sequence numbers mean: `rising` drops an older one, `gapless` connects anew at a gap.",
		},
		{
			Path: "counter", Type: TypeExpression, Example: `"{channel: .channel, seq: .sequence_num}"`,
			Doc: "Gives a message's number where the vendor counts by connection or by `channel`, quotes or not; `previous` is the number before. `order` then speaks of these numbers.",
		},
		{
			Path: "parse", Type: TypeMapping, Repeats: "vendors.*.parse",
			Doc: "Where in the messages the quotes are, with the keys of `parse`.",
		},
	}
}

func lifeKeys() []Key {
	return []Key{
		{
			Path: "silence", Type: TypeDuration, Fallback: "30s", Min: int64(time.Second), Max: int64(time.Hour), Example: "45s",
			Doc: "How long nothing may come, not even a heartbeat, before the connection counts as dead.",
		},
		{
			Path: "max_age", Type: TypeDuration, Fallback: "never", Min: int64(10 * time.Second), Max: 7 * day, Example: "23h",
			Doc: "After what time a connection is replaced by a new one, before it is given up.",
		},
		{
			Path: "thin", Type: TypeDecimal, Fallback: "0.1", Min: -1, Max: 1, Example: "0.2",
			Doc: "The share of its usual rate of updates below which a stream that lives is called thin; negative for never.",
		},
		{
			Path: "max_frame", Type: TypeInteger, Fallback: "1048576", Min: 1024, Max: maxBytes, Example: "65536",
			Doc: "The most bytes of one message, unpacked.",
		},
	}
}
