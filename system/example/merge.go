package example

import "slices"

// Merge puts the examples that succeed together into one that a simulator can play for long: all their answers, those to particular requests
// first, and the first script. It has no expectations; its symbols are those of the first example that succeeds.
func Merge(examples []Example) Example {
	merged := Example{Name: "what succeeds"}

	var general []Answer

	for i := range examples {
		e := &examples[i]
		if !e.Succeeds() {
			continue
		}

		if merged.Symbols == "" {
			merged.Symbols, merged.Instruments = e.Symbols, e.Instruments
		}

		for _, a := range e.Answers {
			if a.For == "" {
				general = append(general, a)
			} else {
				merged.Answers = append(merged.Answers, a)
			}
		}

		if merged.Script == nil {
			merged.Script = e.Script
		}
	}

	merged.Answers = slices.Concat(merged.Answers, general)

	return merged
}
