package config

import (
	"slices"
	"time"
)

// creditKeys are the keys of what requests cost and of what answers say about that.
func creditKeys() []Key {
	return []Key{
		{
			Path: "credits", Type: TypeInteger, Fallback: "1", Min: 1, Max: maxCount, Example: "2",
			Doc: "What one call takes from the budget, in the vendor's own units.",
		},
		{
			Path: "credits_per", Type: TypeText, Fallback: "request", Words: []string{"request", "symbol"}, Example: "symbol",
			Doc: "What `credits` are counted for.",
		},
		{
			Path: "rate_headers", Type: TypeMapping, Example: "{remaining: x-ratelimit-remaining, reset: x-ratelimit-reset}",
			Doc: "The headers of an answer that tell what is left of the budget.",
		},
		{Path: "rate_headers.remaining", Type: TypeText, Example: "x-ratelimit-remaining", Doc: "The header with what is left."},
		{Path: "rate_headers.used", Type: TypeText, Example: "api-credits-used", Doc: "The header with what is used up."},
		{
			Path: "rate_headers.reset", Type: TypeText, Example: "x-ratelimit-reset",
			Doc: "The header with when the budget is full again: epoch seconds, seconds from now, or an HTTP date.",
		},
		{
			Path: "rate_headers.limit", Type: TypeInteger, Min: 1, Max: 1_000_000_000, Example: "1200",
			Doc: "The whole budget, from which `used` is taken where no header says what is left.",
		},
	}
}

// limitKeys are the keys of the budget.
func limitKeys() []Key {
	window := func(path, in, example string) Key {
		return Key{
			Path: path, Type: TypeInteger, Fallback: "no limit", Min: 1, Max: 1_000_000_000, Example: example,
			Doc: "How much may be spent in " + in + ".",
		}
	}

	return slices.Concat([]Key{{
		Path: "limits", Type: TypeMapping, Fallback: "no limit", Example: "{per_minute: 8, per_day: 800}",
		Doc: "The budget of the vendor's credentials, in requests or, where `credits` are given, in credits. It is shared by all vendors with the " +
			"same host and the same credentials, or with the same `key`; the tightest limit of each kind counts.",
	}}, below("limits.", []Key{
		{
			Path: "requests", Type: TypeInteger, Fallback: "no limit", Min: 1, Max: maxCount, Example: "5",
			Doc: "How much may be spent …",
		},
		{
			Path: "per", Type: TypeDuration, Fallback: "required with `requests`", Min: int64(time.Millisecond), Max: month, Example: "1s",
			Doc: "… in how long.",
		},
		{Path: "burst", Type: TypeInteger, Fallback: "`requests`", Min: 1, Max: maxCount, Example: "2", Doc: "How much of it may be spent at once."},
		window("per_second", "a second", "10"), window("per_minute", "a minute", "8"),
		window("per_hour", "an hour", "500"), window("per_day", "a day", "800"),
		{
			Path: "key", Type: TypeText, Fallback: "host and credentials say which", Example: "twelvedata",
			Doc: "The name of a budget that vendors share, spelled like a vendor's name.",
		},
	}))
}

// paceKeys are the keys of when the vendor is asked.
func paceKeys() []Key {
	return []Key{
		{
			Path: "every", Type: TypeDuration, Fallback: "each round", Min: int64(10 * time.Millisecond), Max: month, Example: "15m",
			Doc: "How often the vendor is asked at most. In rounds between, its last answer counts.",
		},
		{
			Path: "deadline", Type: TypeDuration, Fallback: "the round's `deadline`", Min: int64(time.Millisecond), Max: day, Example: "1500ms",
			Doc: "How long this vendor may take. At most the round's `deadline`.",
		},
	}
}

// retryKeys are the keys of what follows a failure, and of how old and how new a quote may be.
func retryKeys() []Key {
	return []Key{
		{Path: "retry", Type: TypeMapping, Doc: "What happens, within the deadline, after a failure that may pass."},
		{
			Path: "retry.attempts", Type: TypeInteger, Default: "3", Min: 1, Max: 10, Example: "1",
			Doc: "Requests in all; `1` means no retry.",
		},
		{
			Path: "retry.backoff", Type: TypeDuration, Default: "100ms", Min: int64(time.Millisecond), Max: int64(time.Minute), Example: "100ms",
			Doc: "The pause before the first retry; it doubles each time.",
		},
		{
			Path: "retry.max_backoff", Type: TypeDuration, Fallback: "1s, or `backoff` if that is longer", Min: int64(time.Millisecond),
			Max: int64(time.Minute), Example: "1s", Doc: "The longest pause. At least `backoff`.",
		},
		{
			Path: "max_age", Type: TypeDuration, Fallback: "5m, or twice `every` if that is longer", Min: int64(time.Millisecond), Max: 10 * year,
			Example: "30s", Doc: "The age from which a quote is `stale`. Of quotes whose times are days, it must outlast weekends and holidays.",
		},
		{
			Path: "max_skew", Type: TypeDuration, Default: "5s", Min: 0, Max: int64(time.Hour), Example: "2s",
			Doc: "How far ahead of our clock a quote's time may be before it is `future`.",
		},
	}
}
