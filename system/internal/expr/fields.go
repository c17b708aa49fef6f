package expr

import (
	"slices"

	"github.com/itchyny/gojq"
)

// shape is what the last step of an expression shows of the objects that it gives.
type shape struct {
	fields []string // keys that are written there, sorted
	open   bool     // there may be others
}

// Fields returns the keys of the objects that the expression gives, sorted, as far as its last step shows them: those that are written there.
func (p *Program) Fields() []string { return p.shape.fields }

// Lacks reports whether every object that the expression gives is plainly without a key.
func (p *Program) Lacks(key string) bool {
	return !p.shape.open && !slices.Contains(p.shape.fields, key)
}

func shapeOf(q *gojq.Query) shape {
	var s shape

	s.query(q)
	slices.Sort(s.fields)
	s.fields = slices.Compact(s.fields)

	return s
}

func (s *shape) query(q *gojq.Query) {
	switch {
	case q.Term != nil:
		s.term(q.Term)
	case q.Op == gojq.OpPipe:
		s.query(q.Right)
	case q.Op == gojq.OpComma, q.Op == gojq.OpAdd, q.Op == gojq.OpAlt:
		s.query(q.Left)
		s.query(q.Right)
	default:
		s.open = true
	}
}

func (s *shape) term(t *gojq.Term) {
	switch {
	case len(t.SuffixList) > 0:
		s.open = true // a part of the object
	case t.Type == gojq.TermTypeQuery:
		s.query(t.Query)
	case t.If != nil:
		s.branches(t.If)
	case t.Object != nil:
		s.object(t.Object)
	case t.Func != nil && t.Func.Name == "empty" && len(t.Func.Args) == 0:
	default:
		s.open = true
	}
}

func (s *shape) branches(choice *gojq.If) {
	s.query(choice.Then)

	for _, other := range choice.Elif {
		s.query(other.Then)
	}

	if choice.Else == nil {
		s.open = true // what came is given on

		return
	}

	s.query(choice.Else)
}

func (s *shape) object(object *gojq.Object) {
	for _, member := range object.KeyVals {
		switch {
		case member.KeyString != nil && member.KeyString.Queries == nil:
			s.fields = append(s.fields, member.KeyString.Str)
		case member.Key == "":
			s.open = true // it is calculated
		case member.Key[0] == '$':
			s.fields = append(s.fields, member.Key[1:])
		default:
			s.fields = append(s.fields, member.Key)
		}
	}
}
