package tree

import "strings"

// few is up to how many keys of an object are compared one by one.
const few = 8

// isNew reports whether a key of an object is none that it has, nor one that differs from it in upper and lower case only. Small objects are
// searched; the keys of larger ones, which are known by their number, are in the table.
func (r *jsonReader) isNew(object map[string]any, number uint32, name string) bool {
	if _, twice := object[name]; twice {
		return false
	}

	if r.anyCase {
		return true
	}

	if len(object) < few {
		for other := range object {
			if strings.EqualFold(other, name) {
				return false
			}
		}

		return true
	}

	if r.names == nil {
		names := NewNames()
		r.names = &names
	}

	if len(object) == few {
		for other := range object {
			r.names.Add(number, []byte(other))
		}
	}

	return r.names.Add(number, []byte(name))
}
