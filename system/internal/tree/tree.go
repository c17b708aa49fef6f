// Package tree turns answers of any format into one kind of tree.
package tree

import (
	"errors"
	"fmt"

	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// Options say how a body is written.
type Options struct {
	Format   string // json, ndjson, csv, xml or text; json if empty
	Charset  string // such as windows-1251; UTF-8 if empty
	CSV      spec.CSV
	AnyCase  bool // permits keys of one object that differ only in case
	MaxDepth int  // 16 if 0
	MaxNodes int  // 1,000,000 if 0
}

// Parse returns the tree of a body: map[string]any, []any, string, json.Number, bool and nil.
func Parse([]byte, Options) (any, error) { return nil, fmt.Errorf("tree: %w", errors.ErrUnsupported) }
