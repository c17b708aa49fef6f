package config

import "slices"

// parseKeys are the keys of what reads an answer, or a stream's messages.
func parseKeys() []Key {
	return slices.Concat(formatKeys(), rowKeys(), []Key{
		{
			Path: "time", Type: TypeText, Fallback: "the time of receipt counts", Example: "time",
			Doc: "The path, in a row, of the vendor's time stamp.",
		},
		{
			Path: "time_format", Type: TypeText, Fallback: "rfc3339", Example: "unix_ms",
			Doc: "How the time stamp is written: rfc3339, rfc1123, unix, unix_ms, unix_us, unix_ns, date, or a layout of Go such as " +
				"`2006-01-02 15:04:05`. Without an hour, times are precise to the day and marked so.",
		},
		{Path: "zone", Type: TypeText, Fallback: "UTC", Example: "Europe/Warsaw", Doc: "The IANA time zone of times that name none."},
		{
			Path: "error", Type: TypeText, Example: "error",
			Doc: "The path of an error inside a 200 answer; where it is present and not empty, the answer is refused.",
		},
		{
			Path: "numbers", Type: TypeMapping, Example: `{decimal: ",", missing: [N/D]}`,
			Doc: "How numbers are written where it is not as in JSON.",
		},
	}, below("numbers.", numberKeys()), []Key{
		scaleKey("scale", "1"),
		{
			Path: "invert", Type: TypeBoolean, Example: "true",
			Doc: "Makes prices 1 ÷ price, for all instruments that say nothing themselves; bid and ask change places.",
		},
		digitsKey("digits"),
		{
			Path: "choose", Type: TypeText, Words: []string{"newest", "sequence", "last", "first"}, Example: "newest",
			Fallback: "in a poll none, several are malformed; in a stream the last, unless it is older",
			Doc:      "Which of several rows of one instrument counts: `newest` by time, `sequence` by the highest number, `last` or `first`.",
		},
	})
}

func formatKeys() []Key {
	return []Key{
		{
			Path: "format", Type: TypeText, Fallback: "json", Words: []string{"json", "ndjson", "csv", "xml", "text"}, Example: "csv",
			Doc: "How the answer is written.",
		},
		{Path: "charset", Type: TypeText, Fallback: "UTF-8", Example: "windows-1251", Doc: "The answer's encoding."},
		{Path: "csv", Type: TypeMapping, Example: `{separator: ";", skip: 1}`, Doc: "How rows of format csv are written."},
		{Path: "csv.separator", Type: TypeText, Fallback: "a comma", Min: 1, Max: 1, Example: `";"`, Doc: "What stands between fields."},
		{
			Path: "csv.skip", Type: TypeInteger, Fallback: "0", Max: 1000, Example: "2",
			Doc: "How many lines stand before the header.",
		},
		{
			Path: "csv.columns", Type: TypeList, Fallback: "the first line names them", Example: "[symbol, date, close]",
			Doc: "The names of the columns of an answer without a header.",
		},
		{Path: "csv.columns[]", Type: TypeText, Example: "close", Doc: "One column's name."},
		{Path: "csv.comment", Type: TypeText, Min: 1, Max: 1, Example: `"#"`, Doc: "Begins lines that are left out."},
		{Path: "any_case", Type: TypeBoolean, Example: "true", Doc: "Permits objects with keys that differ only in case, such as `T` and `t`."},
		{
			Path: "jq", Type: TypeExpression, Example: `".data[] | {key: .s, price: .p, time: .t}"`,
			Doc: "Gives a row for each quote, instead of the paths below: an object with `key`, `price`, `bid`, `ask`, `mid`, `per`, `size`, " +
				"`volume`, `currency`, `unit`, `time`, `seq`, `flags` and `error`, most of which may be left out.",
		},
	}
}

func rowKeys() []Key {
	return []Key{
		{
			Path: "rows", Type: TypeText, Fallback: "the whole answer", Example: "quotes",
			Doc: "The path of an array of rows, or of an object whose keys are those of the instruments.",
		},
		{
			Path: "key", Type: TypeText, Fallback: "the key of the row, or the one symbol asked for", Example: "symbol",
			Doc: "The path, in a row, of the instrument's key.",
		},
		{
			Path: "price", Type: TypeText, Fallback: "`mid`, or the middle of `bid` and `ask`", Example: "price",
			Doc: "The path, in a row, of the price.",
		},
		{Path: "bid", Type: TypeText, Example: "bid", Doc: "The path, in a row, of the bid price."},
		{Path: "ask", Type: TypeText, Example: "ask", Doc: "The path, in a row, of the ask price."},
		{Path: "mid", Type: TypeText, Example: "mid", Doc: "The path, in a row, of the middle price."},
		{Path: "size", Type: TypeText, Example: "size", Doc: "The path, in a row, of the size of the last trade."},
		{Path: "volume", Type: TypeText, Example: "volume", Doc: "The path, in a row, of the traded volume."},
		{
			Path: "currency", Type: TypeText, Fallback: "the instrument's", Example: "currency",
			Doc: "The path, in a row, of the currency.",
		},
		{Path: "unit", Type: TypeText, Fallback: "the instrument's", Example: "unit", Doc: "The path, in a row, of the unit."},
		{
			Path: "per", Type: TypeText, Example: "units",
			Doc: "The path, in a row, of the amount that the prices are for, such as 100: they are divided by it.",
		},
		{Path: "sequence", Type: TypeText, Example: "seq", Doc: "The path, in a row, of a number that rises."},
	}
}

func numberKeys() []Key {
	return []Key{
		{
			Path: "decimal", Type: TypeText, Fallback: "a point", Min: 1, Max: 1, Example: `","`,
			Doc: "The decimal mark.",
		},
		{Path: "group", Type: TypeText, Fallback: "none", Min: 1, Max: 1, Example: `"."`, Doc: "What may stand between groups of three digits."},
		{
			Path: "missing", Type: TypeList, Example: `[N/D, "-"]`,
			Doc: "Texts that mean that there is no value, besides null and the empty text.",
		},
		{Path: "missing[]", Type: TypeText, Example: "N/D", Doc: "One such text."},
		{
			Path: "zero", Type: TypeText, Fallback: "invalid", Words: []string{"invalid", "missing"}, Example: "missing",
			Doc: "What a price of 0 means.",
		},
		{Path: "suffix", Type: TypeText, Example: `"%"`, Doc: "Cut off numbers where it stands."},
	}
}
