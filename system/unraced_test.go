//go:build !race

package system_test

// raced says that the race detector is off.
const raced = false
