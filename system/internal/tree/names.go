package tree

import (
	"encoding/binary"
	"hash/maphash"
	"unicode"
	"unicode/utf8"
)

// maxKeptNames is the largest table, in entries, that is kept for the next answer, which has to clear it.
const maxKeptNames = 1 << 12

// Names finds members of one object whose keys are equal, or differ in upper and lower case only. Such answers mean different things to
// different readers, so they are refused.
//
// It keeps a keyed 64-bit hash of each key together with its object, not the keys: 8 bytes each whatever their length, and no quadratic
// work for any answer. Two different keys are taken for equal once in about 10^8 answers of the largest size, and no vendor can aim for it.
type Names struct {
	seed   maphash.Seed
	table  []uint64 // open addressing; 0 is free
	used   int
	folded []byte
}

// NewNames returns an empty table.
func NewNames() Names { return Names{seed: maphash.MakeSeed(), table: make([]uint64, 256)} }

// Reset forgets all keys.
func (n *Names) Reset() {
	if len(n.table) > maxKeptNames {
		n.table = make([]uint64, 256)
	} else {
		clear(n.table)
	}

	n.used = 0
}

// Add notes a key of an object, which is known by its number, and reports whether it is new there.
func (n *Names) Add(object uint32, key []byte) bool {
	n.folded = appendFolded(n.folded[:0], key)

	n.folded = binary.LittleEndian.AppendUint32(n.folded, object)

	hash := maphash.Bytes(n.seed, n.folded)
	if hash == 0 {
		hash = 1
	}

	if 2*n.used >= len(n.table) {
		n.grow()
	}

	if !insert(n.table, hash) {
		return false
	}

	n.used++

	return true
}

func (n *Names) grow() {
	table := make([]uint64, 2*len(n.table))

	for _, hash := range n.table {
		if hash != 0 {
			insert(table, hash)
		}
	}

	n.table = table
}

func insert(table []uint64, hash uint64) bool {
	mask := uint64(len(table) - 1) //nolint:gosec // never negative

	for i := hash & mask; ; i = (i + 1) & mask {
		switch table[i] {
		case hash:
			return false
		case 0:
			table[i] = hash

			return true
		}
	}
}

// appendFolded appends the key with each character replaced by the smallest of its case variants.
func appendFolded(dst, key []byte) []byte {
	for i := 0; i < len(key); {
		if c := key[i]; c < utf8.RuneSelf {
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}

			dst = append(dst, c)
			i++

			continue
		}

		r, size := utf8.DecodeRune(key[i:])
		smallest := r

		for variant := unicode.SimpleFold(r); variant != r; variant = unicode.SimpleFold(variant) {
			smallest = min(smallest, variant)
		}

		dst = utf8.AppendRune(dst, smallest)
		i += size
	}

	return dst
}
