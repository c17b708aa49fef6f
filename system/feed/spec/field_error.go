package spec

// FieldError is one mistake in a definition. Its texts never contain a secret, a password or the URL.
type FieldError struct {
	// Field is the path of the value as written in a file, such as "url", "parse.price", "errors[1].when" or "headers.Authorization".
	Field string
	// Problem says what is wrong, in a few words.
	Problem string
	// Suggestion says what to write instead; it may be empty.
	Suggestion string
}

// Error implements error: field, problem and suggestion.
func (e FieldError) Error() string {
	text := e.Field + ": " + e.Problem
	if e.Suggestion != "" {
		text += " (" + e.Suggestion + ")"
	}

	return text
}
