package tree

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// few is up to how many keys of an object are compared one by one.
const few = 8

// fold finds keys of one object that differ in upper and lower case only. Small objects are searched; of larger ones the folded keys are kept.
func (r *jsonReader) fold(folds map[string]struct{}, object map[string]any, name string) (map[string]struct{}, error) {
	if len(object) < few {
		for other := range object {
			if strings.EqualFold(other, name) {
				return nil, ErrNames
			}
		}

		return nil, nil //nolint:nilnil // none are kept yet
	}

	if folds == nil {
		folds = make(map[string]struct{}, 2*few)

		for other := range object {
			r.folded = appendFolded(r.folded[:0], other)
			folds[string(r.folded)] = struct{}{}
		}
	}

	r.folded = appendFolded(r.folded[:0], name)

	if _, twice := folds[string(r.folded)]; twice {
		return nil, ErrNames
	}

	folds[string(r.folded)] = struct{}{}

	return folds, nil
}

// appendFolded appends the key with each character replaced by the smallest of its case variants.
func appendFolded(dst []byte, key string) []byte {
	for _, r := range key {
		switch {
		case 'a' <= r && r <= 'z':
			dst = utf8.AppendRune(dst, r-('a'-'A'))
		case r < utf8.RuneSelf:
			dst = utf8.AppendRune(dst, r)
		default:
			smallest := r

			for variant := unicode.SimpleFold(r); variant != r; variant = unicode.SimpleFold(variant) {
				smallest = min(smallest, variant)
			}

			dst = utf8.AppendRune(dst, smallest)
		}
	}

	return dst
}
