package main

import (
	"context"
	"io"
)

// askers is how many vendors answer while reading is compared: enough that what a round costs by itself is little.
const askers = 100

// benchAnswers measures what reading an answer costs, by paths and by an expression, for every size of answer.
func benchAnswers(ctx context.Context, o *options, notes io.Writer) ([]row, error) {
	var rows []row

	for _, symbols := range o.Answers {
		alike := *o
		alike.Programs, alike.Symbols, alike.costsOnly = readers(), symbols, true

		group, err := benchVendors(ctx, &alike, askers, notes)
		if err != nil {
			return nil, err
		}

		rows = append(rows, group...)
	}

	return rows, nil
}
