package service_test

import (
	"os"
	"testing"
	"time"
)

// patience bounds what must happen; it is never waited for when all is well.
const patience = 20 * time.Second

// TestMain makes the test binary the service itself where a test starts it as a child process.
func TestMain(m *testing.M) {
	if path := os.Getenv(childConfig); path != "" {
		os.Exit(runChild(path))
	}

	os.Exit(m.Run())
}
