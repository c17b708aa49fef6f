package expr

// Vars are the values of an expression's variables. A nil *Vars, and each field that is zero, stands for null or empty values: every variable is
// always defined.
type Vars struct {
	Secret      map[string]string // $secret
	Symbols     []string          // $symbols
	Keys        []string          // $keys
	Instruments []any             // $instruments: objects with instrument, symbol, key, base, quote and with
	Status      int               // $status; null if 0
	Headers     map[string]string // $headers, by lower-case name
	Text        string            // $text
	State       map[string]any    // $state
	Boot        map[string]any    // $boot
	ID          int               // $id
}

// variable is a variable's name and how its value is made.
type variable struct {
	name  string
	value func(*Vars) any
}

func variables() []variable {
	return []variable{
		{"$secret", func(v *Vars) any { return object(v.Secret) }},
		{"$symbols", func(v *Vars) any { return list(v.Symbols) }},
		{"$keys", func(v *Vars) any { return list(v.Keys) }},
		{"$instruments", func(v *Vars) any { return present(v.Instruments) }},
		{"$status", func(v *Vars) any { return number(v.Status) }},
		{"$headers", func(v *Vars) any { return object(v.Headers) }},
		{"$text", func(v *Vars) any { return v.Text }},
		{"$state", func(v *Vars) any { return members(v.State) }},
		{"$boot", func(v *Vars) any { return members(v.Boot) }},
		{"$id", func(v *Vars) any { return number(v.ID) }},
	}
}

func object(texts map[string]string) any {
	values := make(map[string]any, len(texts))
	for name, text := range texts {
		values[name] = text
	}

	return values
}

func list(texts []string) any {
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = text
	}

	return values
}

func present(values []any) any {
	if values == nil {
		return []any{}
	}

	return values
}

func members(values map[string]any) any {
	if values == nil {
		return map[string]any{}
	}

	return values
}

func number(n int) any {
	if n == 0 {
		return nil
	}

	return n
}
