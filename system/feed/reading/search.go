package reading

import "strings"

// containsFold reports whether text contains a part that is given in lower case, with upper and lower case of ASCII alike.
func containsFold(text []byte, part string) bool {
	for i := 0; i+len(part) <= len(text); i++ {
		if lower(text[i]) == part[0] && hasPrefixFold(text[i:], part) {
			return true
		}
	}

	return false
}

func hasPrefixFold(text []byte, part string) bool {
	for i := range len(part) {
		if lower(text[i]) != part[i] {
			return false
		}
	}

	return true
}

func lowered(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}

		return r
	}, text)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}

	return c
}
