package secret

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// othersMayRead are the mode bits that let group or others read a file.
const othersMayRead fs.FileMode = 0o044

// File reads a secret file: regular, not empty, at most MaxValue bytes of one line of text; its last line break does not count. The error
// is an *Error. A file that group or others may read is a warning, because container platforms often mount secrets so.
func (r Resolver) File(path string) (Resolved, error) {
	done := Resolved{References: 1}

	text, err := r.file(path, &done)
	if err != nil {
		return Resolved{}, err
	}

	done.Text = text

	return done, nil
}

func (r Resolver) file(path string, done *Resolved) (string, error) {
	if path == "" {
		return "", &Error{"secret file without a path", "write file:/path/to/file"}
	}

	name := "secret file " + shown(path)

	if !filepath.IsAbs(path) {
		path = filepath.Join(r.Dir, path)
	}

	// Asked before opening, because opening a named pipe would wait for its writer.
	info, err := os.Stat(path)
	if err != nil {
		return "", &Error{Problem: name + ": " + reason(err)}
	}

	switch {
	case info.IsDir():
		return "", &Error{Problem: name + " is a directory"}
	case !info.Mode().IsRegular():
		return "", &Error{Problem: name + " is not a regular file"}
	case info.Mode()&othersMayRead != 0:
		done.Warnings = append(done.Warnings, name+" may be read by others than its owner")
	}

	data, err := readLimited(path)
	if err != nil {
		return "", &Error{Problem: name + ": " + reason(err)}
	}

	return secretText(name, data)
}

// secretText takes the line break off and refuses what could not be a secret.
func secretText(name string, data []byte) (string, error) {
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")

	switch {
	case len(data) > MaxValue:
		return "", &Error{Problem: name + " is larger than 64 kB"}
	case text == "":
		return "", &Error{Problem: name + " is empty"}
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return "", &Error{name + " is not one line of text", "put the secret alone on its first line"}
	default:
		return text, nil
	}
}

func readLimited(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // the operator's own configuration names the file
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // nothing was written

	return io.ReadAll(io.LimitReader(file, MaxValue+1))
}

// reason is the error without the path, which the message already names.
func reason(err error) string {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err.Error()
	}

	return err.Error()
}

// shown makes a path fit for one line of a message.
func shown(path string) string {
	const most = 256

	path = strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) && !unicode.Is(unicode.Bidi_Control, r) {
			return r
		}

		return '?'
	}, path)

	if len(path) > most {
		return strings.ToValidUTF8(path[:most], "") + "…"
	}

	return path
}
