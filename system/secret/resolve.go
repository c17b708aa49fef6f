package secret

import (
	"strings"
)

// MaxValue is the longest text, in bytes, that a value may have once its references are replaced, and the longest secret file.
const MaxValue = 64 << 10

// Resolver replaces references in text by what they name:
//
//	${NAME}             the environment variable NAME, which must be set
//	${NAME:-default}    the same, or default if NAME is not set or empty
//	${file:PATH}        the contents of a file without its last line break
//	${credential:NAME}  a systemd credential: the file NAME in $CREDENTIALS_DIRECTORY
//	$$                  one dollar sign
//
// A value that was put in is never looked at again, so what it contains cannot refer to anything.
type Resolver struct {
	// Env looks up an environment variable. Nil means that none is set.
	Env func(name string) (value string, set bool)
	// Dir is where relative file paths start; empty means the working directory.
	Dir string
}

// Resolved is a text whose references are replaced.
type Resolved struct {
	Text string
	// References counts what was replaced; a text with none stands as it was written.
	References int
	// Warnings are about files that others may read. They name the file, never its contents.
	Warnings []string
}

// Error says why a reference cannot be resolved. It names the reference, never a value.
type Error struct{ Problem, Suggestion string }

// Error implements error.
func (e *Error) Error() string {
	if e.Suggestion == "" {
		return e.Problem
	}

	return e.Problem + "; " + e.Suggestion
}

// Expand replaces every reference in text. The error is an *Error.
func (r Resolver) Expand(text string) (Resolved, error) {
	if !strings.Contains(text, "$") {
		return Resolved{Text: text}, nil
	}

	var (
		out  strings.Builder
		done Resolved
	)

	for {
		before, rest, found := strings.Cut(text, "$")
		out.WriteString(before)

		if !found {
			done.Text = out.String()

			return done, nil
		}

		value, remaining, err := r.next(rest, &done)
		if err != nil {
			return Resolved{}, err
		}

		out.WriteString(value)

		if out.Len() > MaxValue {
			return Resolved{}, &Error{Problem: "is longer than 64 kB once its references are replaced"}
		}

		text = remaining
	}
}

// next reads what follows a dollar sign: the second dollar sign of a pair, or a reference in braces.
func (r Resolver) next(rest string, done *Resolved) (value, remaining string, err error) {
	if remaining, pair := strings.CutPrefix(rest, "$"); pair {
		return "$", remaining, nil
	}

	inner, braced := strings.CutPrefix(rest, "{")
	if !braced {
		return "", "", &Error{"a lone $ is not clear", "write ${NAME} for a variable, $$ for a dollar sign"}
	}

	inner, remaining, closed := strings.Cut(inner, "}")
	if !closed {
		return "", "", &Error{"${ without }", "write $${ if no reference is meant"}
	}

	if strings.Contains(inner, "$") {
		return "", "", &Error{"a reference inside a reference is not allowed", ""}
	}

	value, err = r.lookup(inner, done)
	done.References++

	return value, remaining, err
}

func (r Resolver) lookup(reference string, done *Resolved) (string, error) {
	if path, is := strings.CutPrefix(reference, "file:"); is {
		return r.file(path, done)
	}

	if name, is := strings.CutPrefix(reference, "credential:"); is {
		return r.credential(name, done)
	}

	name, fallback, hasFallback := strings.Cut(reference, ":-")
	if !isName(name) {
		return "", &Error{"${…} does not hold a variable's name", "names are letters, digits and _, and do not begin with a digit"}
	}

	value, set := r.env(name)

	switch {
	case hasFallback && value == "":
		return fallback, nil
	case !set:
		return "", &Error{"environment variable " + name + " is not set", "set it, or write ${" + name + ":-default}"}
	default:
		return value, nil
	}
}

func (r Resolver) env(name string) (string, bool) {
	if r.Env == nil {
		return "", false
	}

	return r.Env(name)
}

func (r Resolver) credential(name string, done *Resolved) (string, error) {
	if name == "" || strings.ContainsAny(name, `/\`) || name == "." || name == ".." {
		return "", &Error{"${credential:…} does not hold a credential's name", "names are file names without a directory"}
	}

	dir, _ := r.env("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return "", &Error{
			"credential " + name + ": $CREDENTIALS_DIRECTORY is not set",
			"run under systemd with LoadCredential=" + name + ":PATH",
		}
	}

	return r.file(strings.TrimSuffix(dir, "/")+"/"+name, done)
}

// isName reports whether name may be an environment variable: letters, digits and _, not beginning with a digit, at most 128 bytes.
func isName(name string) bool {
	if name == "" || len(name) > 128 || name[0] >= '0' && name[0] <= '9' {
		return false
	}

	return strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}
