package openapi_test

import (
	"net/http"
	"strconv"

	"github.com/invopop/jsonschema"
)

// problems are the answers that several operations share, by the name of their component.
func problems() map[string]answer {
	retry := map[string]header{"Retry-After": {Description: "Seconds after which asking again makes sense", Schema: count(1, 1<<31-1)}}

	found := map[string]answer{
		"BadRequest":          {Description: "A parameter cannot be meant; the member field names it"},
		"Unauthorized":        {Description: "No valid token", Headers: map[string]header{"WWW-Authenticate": {Description: "How to send one", Schema: text()}}},
		"Forbidden":           {Description: "The token's role does not allow it, or a browser sent it from another site"},
		"NotFound":            {Description: "There is no such thing, or the token may not see it"},
		"Conflict":            {Description: "The vendor's state does not allow it"},
		"TooManyRequests":     {Description: "The caller asks too often", Headers: retry},
		"ServiceUnavailable":  {Description: "There is nothing to answer with yet, no room, not enough time, or the service is stopping", Headers: retry},
		"RequestURITooLong":   {Description: "The URL is longer than 8 kB"},
		"MisdirectedRequest":  {Description: "The Host header does not name this service"},
		"RequestBodyTooLarge": {Description: "No resource takes a body"},
		"InternalServerError": {Description: "The service failed to answer; its log says why"},
		"RequestTimeout":      {Description: "The body did not come in time"},
		"MethodNotAllowed":    {Description: "The resource has other methods", Headers: map[string]header{"Allow": {Description: "They", Schema: text()}}},
	}

	for name, one := range found {
		one.Content = map[string]media{mediaProblem: {Schema: ref("Problem")}}
		found[name] = one
	}

	return found
}

// refusals are the shared problems of an operation: what can happen to every request, and those given.
func refusals(responses map[string]answer, statuses ...int) map[string]answer {
	names := map[int]string{
		http.StatusBadRequest: "BadRequest", http.StatusUnauthorized: "Unauthorized", http.StatusForbidden: "Forbidden",
		http.StatusNotFound: "NotFound", http.StatusConflict: "Conflict", http.StatusTooManyRequests: "TooManyRequests",
		http.StatusServiceUnavailable: "ServiceUnavailable",
	}

	for _, status := range append(statuses, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests) {
		responses[strconv.Itoa(status)] = answer{Ref: "#/components/responses/" + names[status]}
	}

	return responses
}

// ok are the responses of an operation that answers with a value, and with CSV where that makes sense.
func ok(description, schema string, csv bool) map[string]answer {
	good := answer{Description: description, Content: map[string]media{mediaJSON: {Schema: ref(schema)}}}

	if csv {
		good.Content[mediaCSV] = media{Schema: text()}
	}

	return map[string]answer{"200": good}
}

// page are the responses of an operation that answers with a page.
func page(description, schema string) map[string]answer {
	responses := ok(description, schema, true)
	good := responses["200"]
	good.Headers = map[string]header{"Link": {Description: `The page that follows, as rel="next", where the answer is small enough to know it at its beginning`, Schema: text()}}
	responses["200"] = good

	return responses
}

// snapshotAnswer are the responses of an operation that answers with a snapshot.
func snapshotAnswer(description string) map[string]answer {
	responses := ok(description, "Snapshot", true)
	good := responses["200"]
	good.Headers = snapshotHeaders()
	responses["200"] = good

	return responses
}

func snapshotHeaders() map[string]header {
	return map[string]header{
		"ETag":           {Description: "Names the round in this form, for If-None-Match", Schema: text()},
		"Rollcall-Round": {Description: "The round", Schema: roundNumber()},
		"Vary":           {Description: "What the form depends on", Schema: text()},
	}
}

func located(responses map[string]answer) map[string]answer {
	responses["200"].Headers["Location"] = header{Description: "Where the round is kept", Schema: text()}

	return responses
}

func plain(description, mediaType string, schema *jsonschema.Schema) map[string]answer {
	return map[string]answer{"200": {Description: description, Content: map[string]media{mediaType: {Schema: schema}}}}
}
