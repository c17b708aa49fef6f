package sim_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/rollcall-go/rollcall/system/sim"
)

// A vendor that fails twice, then answers.
func Example() {
	ctx := context.Background()

	server, err := sim.Start(ctx, sim.Settings{Vendors: []sim.Vendor{{
		Name:        "forex",
		Instruments: []sim.Instrument{{Symbol: "EUR/USD", Start: "1.08450"}},
		Faults:      []sim.Fault{{Kind: sim.ZeroTime}, {Kind: sim.Status, Status: http.StatusServiceUnavailable, First: 2}},
	}}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)

		return
	}

	defer func() { _ = server.Stop(ctx) }()

	url := strings.ReplaceAll(server.VendorURL("forex"), "{symbols}", "EUR%2FUSD")

	for range 3 {
		response, err := http.Get(url)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)

			return
		}

		var body strings.Builder
		_ = response.Write(&body)
		_ = response.Body.Close()

		_, text, _ := strings.Cut(body.String(), "\r\n\r\n")
		fmt.Println(response.StatusCode, text)
	}

	http.DefaultClient.CloseIdleConnections()

	// Output:
	// 503 {"error":"simulated status 503"}
	// 503 {"error":"simulated status 503"}
	// 200 {"quotes":[{"symbol":"EUR/USD","price":1.08450,"bid":1.08445,"ask":1.08455,"time":"1970-01-01T00:00:00.000Z"}]}
}

func ExampleParseFault() {
	fault, err := sim.ParseFault("status=503 first=3")
	fmt.Println(fault.Kind, fault.Status, fault.First, err)

	_, err = sim.ParseFault("latency=fast")
	fmt.Println(err)

	// Output:
	// status 503 3 <nil>
	// fault latency: option delay: "fast" is not a duration such as 250ms
}
