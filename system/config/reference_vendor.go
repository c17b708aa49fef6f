package config

import "slices"

// vendorKeys are the keys of one vendor, in the order of the fields of Vendor.
func vendorKeys() []Key {
	first := []Key{
		{
			Path: "use", Type: TypeText, Local: true, Example: "kraken",
			Doc: "The definition to begin with: one that is shipped, by its name, or a file of your own such as `./mine.yaml`, relative to the " +
				"configuration. What stands beside `use` is put over it.",
		},
		{
			Path: "class", Type: TypeText, Required: true, Unless: []string{"use"}, Example: "forex",
			Doc: "The asset class of the vendor's instruments, as far as they have none of their own, spelled like a vendor's name. " +
				"Vendors that share an instrument agree on its class.",
		},
	}

	return slices.Concat(
		section("A vendor", first), section("Secrets and symbols", symbolKeys()), section("Requests", endpointKeys()),
		section("Endpoints and servers", endpointsKeys()), section("Limits", creditKeys()), section("Authorization", authKeys()),
		section("Errors", errorKeys()), section("Streams", streamKeys()), section("The client", clientKeys()),
		section("The schedule", paceKeys()), section("Limits", limitKeys()), section("The schedule", retryKeys()),
		section("Plausible prices", vendorChecksKeys()),
	)
}

func symbolKeys() []Key {
	return slices.Concat([]Key{
		{
			Path: "secrets", Type: TypeMapping, Example: `{key: "${FOREX_KEY}"}`,
			Doc: "What templates call `{secret.NAME}` and expressions `$secret.NAME`.",
		},
		{
			Path: "secrets.*", Type: TypeSecret, Names: NamingIdentifier, Example: "file:/run/secrets/forex",
			Doc: "One secret. It is never shown; `file:PATH` alone takes it from a file.",
		},
		{
			Path: "symbols", Type: TypeSymbols, Required: true, Example: "[AAPL, {BTC/USD: XBTUSD}]",
			Doc: "The instruments: a list of names, a mapping from name to vendor symbol, or a list with such mappings in it. A name is at most " +
				"64 bytes without spaces. Instead of the vendor symbol there may be a mapping with what else is to be known. With `use` they " +
				"select from the definition's catalogue: a mapping changes what it names, a vendor symbol replaces the whole entry.",
		},
		{Path: "symbols.*", Type: TypeMapping, Example: "{symbol: GBP, invert: true}", Doc: "What is to be known of one instrument."},
	}, below("symbols.*.", oneSymbolKeys()), []Key{
		{
			Path: "naming", Type: TypeTemplate, Fallback: "the instrument's name", Example: `"{base|lower}{quote|lower}"`,
			Doc: "The vendor symbol of instruments that have none of their own.",
		},
		{
			Path: "matching", Type: TypeTemplate, Fallback: "the vendor symbol", Example: `"{symbol|upper}"`,
			Doc: "The key under which an instrument stands in answers.",
		},
		{Path: "listing", Type: TypeMapping, Doc: "Where the vendor lists its symbols."},
		{Path: "listing.url", Type: TypeURL, Required: true, Example: "https://api.example.com/v1/symbols", Doc: "The URL of the list."},
		{
			Path: "listing.symbols", Type: TypeExpression, Required: true, Example: `".result[] | .altname"`,
			Doc: "Gives the vendor symbols, each a text or an object with `symbol`, `base` and `quote`.",
		},
	})
}

func oneSymbolKeys() []Key {
	return []Key{
		{
			Path: "symbol", Type: TypeText, Fallback: "what `naming` makes", Example: "XBTUSD",
			Doc: "The vendor's name for the instrument.",
		},
		{Path: "key", Type: TypeText, Fallback: "what `matching` makes", Example: "XXBTZUSD", Doc: "Its name in answers."},
		{Path: "endpoint", Type: TypeText, Fallback: "the first endpoint", Example: "metals", Doc: "The name of the endpoint that has it."},
		{Path: "class", Type: TypeText, Fallback: "the vendor's", Example: "equities", Doc: "Its asset class, where the vendor's are mixed."},
		{Path: "currency", Type: TypeText, Example: "USD", Doc: "The currency shown with its quotes where the answer does not say."},
		{Path: "unit", Type: TypeText, Example: "troy_ounce", Doc: "The unit shown with its quotes where the answer does not say."},
		scaleKey("scale", "the vendor's `parse.scale`"),
		{
			Path: "invert", Type: TypeBoolean, Fallback: "the vendor's `parse.invert`", Example: "true",
			Doc: "Makes the price 1 ÷ price; bid and ask change places. It comes before `scale`.",
		},
		{Path: "signed", Type: TypeBoolean, Example: "true", Doc: "Permits prices that are zero or negative."},
		digitsKey("digits"),
		{Path: "with", Type: TypeMapping, Example: "{market: spot}", Doc: "Further values for templates (`{with.NAME}`) and expressions."},
		{Path: "with.*", Type: TypeText, Names: NamingIdentifier, Example: "spot", Doc: "One value. It is no place for secrets."},
	}
}

func scaleKey(path, fallback string) Key {
	return Key{
		Path: path, Type: TypeDecimal, Fallback: fallback, Max: maxCount, Example: "0.01",
		Doc: "Multiplies the prices: above 0, such as 0.01 for pence.",
	}
}

func digitsKey(path string) Key {
	return Key{
		Path: path, Type: TypeInteger, Fallback: "10", Min: 1, Max: 20, Example: "6",
		Doc: "The decimal places of a price that was inverted or divided.",
	}
}

func endpointsKeys() []Key {
	return slices.Concat([]Key{
		{
			Path: "endpoints", Type: TypeMapping, Example: `{metals: {url: "https://api.example.com/metals/{symbol}"}}`,
			Doc: "Further endpoints by name. An instrument's `endpoint` says which is its own.",
		},
		{
			Path: "endpoints.*", Type: TypeMapping, Names: NamingName, Repeats: "vendors.*",
			Doc: "One endpoint, with a vendor's own keys from `url` to `parse`. Only `url` is required.",
		},
	}, below("endpoints.*.", requiredURL(endpointKeys())), []Key{
		{
			Path: "servers", Type: TypeList, Example: `["https://a.example.com", "https://b.example.com"]`,
			Doc: "What stands in for scheme and host of the URLs, one after another, while the one in front fails.",
		},
		{Path: "servers[]", Type: TypeURL, Example: "https://b.example.com", Doc: "Scheme, host and port."},
	})
}

// requiredURL are keys whose url nothing replaces.
func requiredURL(keys []Key) []Key {
	for i := range keys {
		if keys[i].Path == "url" {
			keys[i].Required, keys[i].Unless = true, nil
		}
	}

	return keys
}
