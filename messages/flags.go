package messages

import "strings"

// flagWords are the flags' words, by bit.
func flagWords() []string {
	return []string{
		"mid", "untimed", "day", "held", "streamed", "crossed", "gap", "not_tradeable", "converted", "unchanged",
		"signed",
	}
}

// Words returns the words of the flags that are set, in the order of the constants; nil for none.
func (f Flags) Words() []string {
	if f == 0 {
		return nil
	}

	var words []string

	for i, word := range flagWords() {
		if f&(1<<i) != 0 {
			words = append(words, word)
		}
	}

	return words
}

// String returns the words joined by commas.
func (f Flags) String() string { return strings.Join(f.Words(), ",") }

// ParseFlag returns the flag with a word, and false if there is none.
func ParseFlag(word string) (Flag, bool) {
	for i, known := range flagWords() {
		if known == word {
			return 1 << i, true
		}
	}

	return 0, false
}

// flagsOf returns the flags with these words. Words that are not known are of a newer program and left out.
func flagsOf(words []string) Flags {
	var flags Flags

	for _, word := range words {
		flag, _ := ParseFlag(word)
		flags |= flag
	}

	return flags
}
