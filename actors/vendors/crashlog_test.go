package vendors_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"

	"github.com/rollcall-go/rollcall/actors"
	"github.com/rollcall-go/rollcall/actors/vendors"
	"github.com/rollcall-go/rollcall/messages"
)

// However often a vendor crashes, however big its stack is, and whatever it says: ten lines a minute, and the count of those left out.
func TestCrashesAreLoggedSparingly(t *testing.T) {
	t.Parallel()

	var (
		out      bytes.Buffer
		crashLog vendors.CrashLog
	)

	log := logrus.New()
	log.SetOutput(&out)

	for i := range 100 {
		p := &actors.Panic{Message: "source", Stack: bytes.Repeat([]byte("x"), 1<<20)}
		status := messages.VendorStatus{Vendor: "v", LastCrash: fmt.Sprintf("panic: %d", i)}
		crashLog.Write(logrus.NewEntry(log), status, p, noon.Add(time.Duration(i)*time.Millisecond))
	}

	assert.Equal(t, 10, strings.Count(out.String(), "vendor crashed"))
	assert.Less(t, out.Len(), 10*1<<10)

	out.Reset()
	crashLog.Write(logrus.NewEntry(log), messages.VendorStatus{Vendor: "v", LastCrash: "panic: 9"}, &actors.Panic{}, noon.Add(time.Minute))
	assert.Contains(t, out.String(), "dropped=90")
	assert.NotContains(t, out.String(), "where=")
}
