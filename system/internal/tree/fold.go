package tree

// isNew reports whether a key of an object is none that it has, nor one that differs from it in upper and lower case only.
func (r *jsonReader) isNew(object map[string]any, number uint32, name string) bool {
	if r.anyCase {
		_, twice := object[name]

		return !twice
	}

	return r.names.Add(number, []byte(name))
}
