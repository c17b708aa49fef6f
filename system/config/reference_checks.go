package config

import "time"

// checksKeys are the keys of what prices are held against. A vendor has the same, without defaults of their own.
func checksKeys() []Key {
	return section("Plausible prices", append([]Key{{
		Path: "checks", Type: TypeMapping, Example: "{jump: 20%, confirm: 3, outlier: 5%, stuck: 60}",
		Doc: "What prices that can be read are held against. What is refused is `jump`, `outlier` or `stuck` and is not published; " +
			"[vendors.md](vendors.md#prices-that-are-not-plausible) says how.",
	}}, below("checks.", checkKeys())...))
}

// vendorChecksKeys are the same keys below a vendor.
func vendorChecksKeys() []Key {
	keys := below("checks.", checkKeys())
	for i := range keys {
		keys[i].Default, keys[i].Fallback = "", "the program's"
	}

	return append([]Key{{
		Path: "checks", Type: TypeMapping, Repeats: "checks", Fallback: "the program's `checks`", Example: "{jump: 900%}",
		Doc: "What this vendor's prices are held against: `checks` as above, key by key in place of the program's.",
	}}, keys...)
}

func checkKeys() []Key {
	const most = 1_000_000 * onePercent // percent

	return []Key{
		{
			Path: "jump", Type: TypePercent, Default: "400%", Max: most, Example: "20%",
			Doc: "How far a price may be from the last one published, of the smaller of the two: twice and half are both `100%`. `0%` means any distance.",
		},
		{
			Path: "within", Type: TypeDuration, Fallback: "1m, or three intervals of the vendor if that is longer", Min: int64(time.Millisecond), Max: month,
			Example: "1m", Doc: "How long before a price the last one may have been received to be compared with it.",
		},
		{
			Path: "confirm", Type: TypeInteger, Default: "3", Min: 1, Max: maxCount, Example: "3",
			Doc: "For how many rounds in a row a price must stay at its new level to be believed, if no other vendor contradicts.",
		},
		{
			Path: "agree", Type: TypeInteger, Fallback: "more than half of those with a price", Min: 2, Max: maxCount, Example: "2",
			Doc: "How many vendors must be at a new level for it to be believed at once.",
		},
		{
			Path: "outlier", Type: TypePercent, Default: "20%", Max: most, Example: "5%",
			Doc: "How far a price may be from the median of the round, where at least three vendors have one. `0%` means any distance.",
		},
		{
			Path: "spread", Type: TypeInteger, Default: "0", Max: maxCount, Example: "4",
			Doc: "How many median absolute deviations a price must be from the median as well to be an outlier; with `0` the percentage alone decides.",
		},
		{
			Path: "stuck", Type: TypeInteger, Default: "0", Max: maxCount, Example: "60",
			Doc: "How many answers in a row, each with a newer time, may have the same price, bid, ask, size and volume. `0` means any number: " +
				"in a quiet market prices stand still.",
		},
	}
}
