package expr

import (
	"slices"

	"github.com/itchyny/gojq"
)

// Fields returns the keys of the objects that the expression gives, sorted, as far as its last step shows them: those that are written there.
func (p *Program) Fields() []string { return p.fields }

// fieldsOf gathers the keys that stand in the objects that a query ends with.
func fieldsOf(q *gojq.Query) []string {
	fields := gather(nil, q)
	slices.Sort(fields)

	return slices.Compact(fields)
}

func gather(fields []string, q *gojq.Query) []string {
	switch {
	case q == nil:
		return fields
	case q.Term != nil:
		return gatherTerm(fields, q.Term)
	case q.Op == gojq.OpPipe:
		return gather(fields, q.Right)
	case q.Op == gojq.OpComma, q.Op == gojq.OpAdd, q.Op == gojq.OpAlt:
		return gather(gather(fields, q.Left), q.Right)
	default:
		return fields
	}
}

func gatherTerm(fields []string, t *gojq.Term) []string {
	switch {
	case len(t.SuffixList) > 0: // a part of the object
		return fields
	case t.Query != nil && t.Type == gojq.TermTypeQuery:
		return gather(fields, t.Query)
	case t.If != nil:
		fields = gather(fields, t.If.Then)
		for _, other := range t.If.Elif {
			fields = gather(fields, other.Then)
		}

		return gather(fields, t.If.Else)
	case t.Object != nil:
		for _, member := range t.Object.KeyVals {
			if name := keyOf(member); name != "" {
				fields = append(fields, name)
			}
		}
	}

	return fields
}

// keyOf is the key of an object's member; empty where it is calculated.
func keyOf(member *gojq.ObjectKeyVal) string {
	switch {
	case member.KeyString != nil && member.KeyString.Queries == nil:
		return member.KeyString.Str
	case member.Key != "" && member.Key[0] == '$':
		return member.Key[1:]
	default:
		return member.Key
	}
}
