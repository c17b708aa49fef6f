package config

import "slices"

// authKeys are the keys of how requests are authorized where headers and query values do not do.
func authKeys() []Key {
	return slices.Concat([]Key{
		{
			Path: "auth", Type: TypeMapping, Example: `{bearer: "{secret.token}"}`,
			Doc: "How requests are authorized, by one of `bearer`, `basic`, `oauth2` and `hmac`. Beside `use` it replaces the definition's.",
		},
		{Path: "auth.bearer", Type: TypeSecretTemplate, Example: `"{secret.token}"`, Doc: "A token."},
		{
			Path: "auth.basic", Type: TypeMapping, Example: `{user: "{secret.user}", password: "{secret.password}"}`,
			Doc: "User and password.",
		},
		{Path: "auth.basic.user", Type: TypeSecretTemplate, Required: true, Example: `"{secret.user}"`, Doc: "The user."},
		{Path: "auth.basic.password", Type: TypeSecretTemplate, Example: `"{secret.password}"`, Doc: "The password."},
		{
			Path: "auth.oauth2", Type: TypeMapping,
			Doc: "The client credentials grant of RFC 6749: a token is fetched, used while it is good, and fetched anew.",
		},
	}, below("auth.oauth2.", oauthKeys()), []Key{
		{Path: "auth.hmac", Type: TypeMapping, Doc: "A signature of each request."},
	}, below("auth.hmac.", hmacKeys()))
}

func oauthKeys() []Key {
	return []Key{
		{Path: "token_url", Type: TypeURL, Required: true, Example: "https://login.example.com/token", Doc: "Where tokens are given out."},
		{Path: "client_id", Type: TypeSecretTemplate, Required: true, Example: `"{secret.id}"`, Doc: "The client's name."},
		{Path: "client_secret", Type: TypeSecretTemplate, Required: true, Example: `"{secret.secret}"`, Doc: "Its secret."},
		{Path: "scopes", Type: TypeList, Example: "[prices]", Doc: "What the token is asked for."},
		{Path: "scopes[]", Type: TypeText, Example: "prices", Doc: "One scope."},
		{Path: "params", Type: TypeMapping, Example: "{audience: prices}", Doc: "Further parameters of the token request."},
		{Path: "params.*", Type: TypeText, Example: "prices", Doc: "One parameter."},
		{
			Path: "in_body", Type: TypeBoolean, Example: "true",
			Doc: "Sends the credentials in the body instead of a header.",
		},
	}
}

func hmacKeys() []Key {
	return []Key{
		{
			Path: "hash", Type: TypeText, Fallback: "sha256", Words: []string{"sha1", "sha256", "sha384", "sha512"}, Example: "sha512",
			Doc: "The hash function.",
		},
		{Path: "key", Type: TypeSecretTemplate, Required: true, Example: `"{secret.secret}"`, Doc: "The key."},
		{
			Path: "key_encoding", Type: TypeText, Fallback: "text", Words: []string{"text", "hex", "base64"}, Example: "base64",
			Doc: "How the key is written.",
		},
		{
			Path: "message", Type: TypeSecretTemplate, Required: true, Example: `"{now:unix}{method}{target}{body}"`,
			Doc: "What is signed: `{method}`, `{host}`, `{path}`, `{query}`, `{target}` (path and query), `{body}` and `{now:FORMAT}`.",
		},
		{
			Path: "encoding", Type: TypeText, Fallback: "hex", Words: []string{"hex", "base64"}, Example: "base64",
			Doc: "How the signature is written.",
		},
		{Path: "header", Type: TypeText, Example: "X-Signature", Doc: "The header it goes into. One of `header` and `query` is given."},
		{Path: "query", Type: TypeText, Example: "signature", Doc: "The query value it goes into."},
	}
}
