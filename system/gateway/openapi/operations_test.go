package openapi_test

import "net/http"

func tags() []tag {
	return []tag{
		{"snapshots", "Rounds: the newest, stored ones, and one now"},
		{"instruments", "What is priced"},
		{"vendors", "Where prices come from"},
		{"streams", "Rounds as they are published"},
		{"service", "How the service is doing, and its record"},
	}
}

// operations are what there is, by path and method.
func operations() map[string]map[string]operation {
	return map[string]map[string]operation{
		"/v1/snapshot":                 {"get": latest(), "post": take()},
		"/v1/snapshots":                {"get": rounds()},
		"/v1/snapshots/{round}":        {"get": round()},
		"/v1/instruments":              {"get": instruments()},
		"/v1/instruments/{instrument}": {"get": instrument()},
		"/v1/vendors":                  {"get": vendors()},
		"/v1/vendors/{vendor}":         {"get": vendor()},
		"/v1/vendors/{vendor}/restart": {"post": steer("restart", "Start a vendor anew at once, also out of back-off and quarantine")},
		"/v1/vendors/{vendor}/pause":   {"post": steer("pause", "Leave a vendor alone until it is resumed")},
		"/v1/vendors/{vendor}/resume":  {"post": steer("resume", "End a vendor's pause")},
		"/v1/audit":                    {"get": audit()},
		"/v1/status":                   {"get": status()},
		"/v1/tree":                     {"get": tree()},
		"/v1/stream":                   {"get": stream()},
		"/v1/ws":                       {"get": webSocket()},
		"/healthz":                     {"get": healthz()},
		"/readyz":                      {"get": readyz()},
		"/metrics":                     {"get": metrics()},
		"/openapi.json":                {"get": description()},
	}
}

func latest() operation {
	responses := snapshotAnswer("The newest snapshot, or the one after the one that the client has")
	responses["204"] = answer{Description: "There is none later than the parameter after"}
	responses["304"] = answer{Description: "There is none but the one that If-None-Match names", Headers: snapshotHeaders()}

	return operation{
		Tags: []string{"snapshots"}, ID: "getSnapshot", Summary: "The newest snapshot",
		Description: "A client that names the round it has, by after or by If-None-Match, gets a later one, and with wait as soon as there is one.",
		Parameters: append(snapshotForm(),
			query("after", "The number of the round that the client has", roundNumber(), 0),
			query("wait", "How long to wait for a later round, at most 60s", text(), "1ms")),
		Responses: refusals(responses, http.StatusServiceUnavailable),
	}
}

func take() operation {
	return operation{
		Tags: []string{"snapshots"}, ID: "takeSnapshot", Summary: "A round now",
		Description: "Runs a round, or joins the one in flight, and answers with its snapshot once it is published. Needs the role admin.",
		Parameters:  snapshotForm()[:5],
		Responses:   refusals(located(snapshotAnswer("The round's snapshot")), http.StatusServiceUnavailable),
	}
}

func rounds() operation {
	return operation{
		Tags: []string{"snapshots"}, ID: "listSnapshots", Summary: "Stored rounds, newest first",
		Parameters: join(span(), []parameter{query("status", "Only rounds of this status", ref("SnapshotStatus"), "complete")}, paging(),
			[]parameter{format()}),
		Responses: refusals(page("A page of rounds", "Rounds"), http.StatusServiceUnavailable),
	}
}

func round() operation {
	responses := snapshotAnswer("The snapshot")
	responses["304"] = answer{Description: "If-None-Match names it", Headers: snapshotHeaders()}

	return operation{
		Tags: []string{"snapshots"}, ID: "getStoredSnapshot", Summary: "The snapshot of a round",
		Parameters: append([]parameter{inPath("round", "The number of the round", roundNumber(), 1)}, snapshotForm()...),
		Responses:  refusals(responses, http.StatusNotFound, http.StatusServiceUnavailable),
	}
}

func instruments() operation {
	return operation{
		Tags: []string{"instruments"}, ID: "listInstruments", Summary: "All instruments as the newest snapshot has them",
		Parameters: append(selection(), format()),
		Responses:  refusals(ok("The instruments, sorted by name", "Instruments", true), http.StatusServiceUnavailable),
	}
}

func instrument() operation {
	return operation{
		Tags: []string{"instruments"}, ID: "getInstrument", Summary: "One instrument, where its price comes from, and how it went",
		Description: "As CSV, only the series.",
		Parameters: join(
			[]parameter{inPath("instrument", "The instrument's name; its slash is written %2F", text(), "EUR/USD")}, span(),
			[]parameter{query("sources", "Each point of the series with what every vendor said; not for CSV", flagged(), true)}, paging(),
			[]parameter{format()}),
		Responses: refusals(page("The instrument with a page of its series, newest first", "InstrumentDetail"), http.StatusNotFound, http.StatusServiceUnavailable),
	}
}

func vendors() operation {
	return operation{
		Tags: []string{"vendors"}, ID: "listVendors", Summary: "All vendors as they stand", Parameters: []parameter{format()},
		Responses: refusals(ok("The vendors, in configured order", "Vendors", true), http.StatusServiceUnavailable),
	}
}

func vendor() operation {
	return operation{
		Tags: []string{"vendors"}, ID: "getVendor", Summary: "One vendor, with how it fared lately",
		Parameters: []parameter{vendorName(), paging()[0]},
		Responses:  refusals(ok("The vendor", "VendorDetail", false), http.StatusNotFound, http.StatusServiceUnavailable),
	}
}

func steer(how, summary string) operation {
	responses := refusals(ok("The vendor as it is then", "Vendor", false), http.StatusNotFound, http.StatusServiceUnavailable)
	if how == "restart" {
		refusals(responses, http.StatusConflict)
	}

	return operation{
		Tags: []string{"vendors"}, ID: how + "Vendor", Summary: summary, Description: "Needs the role admin. The record says whose token it was.",
		Parameters: []parameter{vendorName()}, Responses: responses,
	}
}

func audit() operation {
	return operation{
		Tags: []string{"service"}, ID: "listAudit", Summary: "The record, newest first, and what checking its chain of hashes said",
		Parameters: join(span(), []parameter{
			list("kind", "Only entries of these kinds", text(), "snapshot"),
			query("vendor", "Only entries about this vendor", text(), "forex"),
		}, paging(), []parameter{format()}),
		Responses: refusals(page("A page of the record", "Audit"), http.StatusServiceUnavailable),
	}
}

func status() operation {
	return operation{
		Tags: []string{"service"}, ID: "getStatus", Summary: "How the service is doing",
		Responses: refusals(ok("The status", "Status", false), http.StatusServiceUnavailable),
	}
}

func tree() operation {
	return operation{
		Tags: []string{"service"}, ID: "getTree", Summary: "The supervision tree as it is now",
		Responses: refusals(ok("The root", "Actor", false), http.StatusServiceUnavailable),
	}
}

// streaming are the parameters of both streams.
func streaming() []parameter {
	mode := wordOf("full", "changes")
	mode.Default = "full"

	return append(selection(),
		query("mode", "Whole snapshots, or what differs from the round before", mode, "changes"),
		query("events", "Also rounds beginning, vendors answering, and vendors changing their state", flagged(), true),
		query("after", "The number of the round that the client has", roundNumber(), 0),
		inHeader("Last-Event-ID", "The same, as browsers send it", "42"))
}

func stream() operation {
	return operation{
		Tags: []string{"streams"}, ID: "streamEvents", Summary: "Rounds as Server-Sent Events",
		Description: "Each event's name is a type of Event, its id the round, its data what the type says. Rounds come in order and once; " +
			"after a break the stream goes on behind the round that the client names, or says reset. A slow client is told what it skipped.",
		Parameters: streaming(),
		Responses:  refusals(plain("Events, until one side ends it", mediaSSE, text()), http.StatusServiceUnavailable),
	}
}

func webSocket() operation {
	responses := refusals(map[string]answer{
		"101": {Description: "A WebSocket on which every text message is an Event"},
		"426": {Description: "The request is not one for a WebSocket"},
	}, http.StatusServiceUnavailable)

	return operation{
		Tags: []string{"streams"}, ID: "openWebSocket", Summary: "Rounds as messages of a WebSocket",
		Description: "The same as the Server-Sent Events. A client says nothing.", Parameters: streaming(), Responses: responses,
	}
}

func healthz() operation {
	return open(operation{
		Tags: []string{"service"}, ID: "getHealth", Summary: "Whether the process answers",
		Responses: plain("It does", mediaText, text()),
	})
}

func readyz() operation {
	responses := plain("It has, and is", mediaText, text())
	responses["503"] = answer{Ref: "#/components/responses/ServiceUnavailable"}

	return operation{
		Tags: []string{"service"}, ID: "getReadiness", Summary: "Whether the service has data that is as fresh as it should be", Responses: refusals(responses),
	}
}

func metrics() operation {
	return operation{
		Tags: []string{"service"}, ID: "getMetrics", Summary: "Metrics for Prometheus", Responses: refusals(plain("The metrics", mediaText, text())),
	}
}

func description() operation {
	return operation{
		Tags: []string{"service"}, ID: "getDescription", Summary: "This document",
		Responses: refusals(map[string]answer{"200": {Description: "The document", Content: map[string]media{mediaJSON: {}}}}),
	}
}

// open says that an operation needs no token.
func open(o operation) operation {
	o.Security = &[]map[string][]string{}
	o.Responses["429"] = answer{Ref: "#/components/responses/TooManyRequests"}

	return o
}
