// Package gateway serves a Rollcall over HTTP: snapshots, history, vendors, the record, streams, health and the dashboard. What the answers look
// like is in package api; what must hold for whoever asks is in package access; what may connect is in package listen.
//
// It is an adapter: it knows its ports (Rounds, History, Record) and not who fills them.
//
// # One request
//
// Every request passes, in this order: the security headers; the guard against panics; what a request may be (its URL, its path, its body); the
// Host and Origin; the route (404, 405); who asks (401, 403, 429); the handler. Handlers find the caller with access.From and answer mistakes
// with package problem.
//
// # Adding a resource
//
// Write a handler, a method of Gateway or of an inner package, and add a line to the table in routes.go. A POST needs the role admin, everything
// else the role read, unless the route is open to all. The handler reads its parameters with package params, which refuses those it does not name, and
// looks at rounds through the caller's sight (sight.go), so that nothing hidden is in the answer. Describe the operation in the tests of package
// openapi: a route without a description fails the tests, and so does an answer that is not as described. A new status or mistake is a line of
// golden_test.go.
package gateway
