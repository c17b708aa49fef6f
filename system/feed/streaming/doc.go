// Package streaming runs connections on which a vendor pushes quotes: WebSockets, and HTTP answers that do not end, one document a line.
package streaming
