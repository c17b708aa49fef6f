//go:build !race

package auditlog_test

// raceEnabled tells tests of speed that the detector slows everything down.
const raceEnabled = false
