//go:build race

package service_test

// raced says that the race detector is on, which makes everything several times slower.
const raced = true

// slower is how much longer things may take.
const slower = 5
