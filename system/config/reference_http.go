package config

import "slices"

// httpKeys are the keys of the HTTP API, in the order of the fields of HTTP.
func httpKeys() []Key {
	return section("The HTTP API", slices.Concat([]Key{
		{
			Path: "http", Type: TypeMapping, Example: "{listen: 127.0.0.1:8080}",
			Doc: "The HTTP API and the dashboard. Without this block only `rollcall run` serves them, on " + DefaultListen + ".",
		},
		{
			Path: "http.listen", Type: TypeText, Fallback: "`" + DefaultListen + "`", Example: DefaultListen,
			Doc: "The address, `host:port`, or `off`. One that is not loopback needs `tokens` or `tls.client_ca`. Needs a restart to change.",
		},
		{Path: "http.tls", Type: TypeMapping, Doc: "The certificate, in PEM files that are read again when they change. Needs a restart to change."},
		{Path: "http.tls.cert", Type: TypeText, Required: true, Example: "/etc/rollcall/cert.pem", Doc: "The certificate, with what it is signed by."},
		{Path: "http.tls.key", Type: TypeText, Required: true, Example: "/etc/rollcall/key.pem", Doc: "Its key."},
		{
			Path: "http.tls.client_ca", Type: TypeText, Example: "/etc/rollcall/clients.pem",
			Doc: "Whoever connects needs a certificate that one of these has signed.",
		},
		{
			Path: "http.hosts", Type: TypeList, Example: "[prices.example.com]",
			Doc: "Further names under which the service is reached, beside `localhost` and the address itself. Requests with another name are refused.",
		},
		{Path: "http.hosts[]", Type: TypeText, Example: "prices.example.com", Doc: "One name, without a port."},
		{
			Path: "http.max_connections", Type: TypeInteger, Fallback: "1024", Min: 1, Max: 100_000, Example: "2048",
			Doc: "How many clients may be connected at once. Needs a restart to change.",
		},
	}, tokenKeys()))
}

func tokenKeys() []Key {
	return []Key{
		{
			Path: "http.tokens", Type: TypeMapping,
			Doc: "Who may ask, by the name of the consumer. Without tokens whoever can connect may do everything.",
		},
		{Path: "http.tokens.*", Type: TypeMapping, Names: NamingName, Doc: "One consumer."},
		{
			Path: "http.tokens.*.token", Type: TypeSecret, Required: true, Example: "file:/run/credentials/desk",
			Doc: "What it sends as `Authorization: Bearer TOKEN`; at least 16 characters without spaces.",
		},
		{
			Path: "http.tokens.*.role", Type: TypeText, Default: "read", Words: []string{"read", "admin"}, Example: "read",
			Doc: "`read` sees, `admin` runs rounds and steers vendors as well.",
		},
		{
			Path: "http.tokens.*.instruments", Type: TypeList, Example: "[EUR/USD]",
			Doc: "The instruments it may see; all without this key. With `classes` and `vendors`, it sees what all of them allow.",
		},
		{Path: "http.tokens.*.instruments[]", Type: TypeText, Example: "EUR/USD", Doc: "One instrument."},
		{Path: "http.tokens.*.classes", Type: TypeList, Example: "[forex]", Doc: "The classes it may see; all without this key."},
		{Path: "http.tokens.*.classes[]", Type: TypeText, Example: "forex", Doc: "One class."},
		{
			Path: "http.tokens.*.vendors", Type: TypeList, Example: "[ecb]",
			Doc: "The vendors it may see; all without this key. Verdicts are made anew of what they say.",
		},
		{Path: "http.tokens.*.vendors[]", Type: TypeText, Example: "ecb", Doc: "One vendor."},
	}
}
