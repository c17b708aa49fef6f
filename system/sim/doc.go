// Package sim is a market-data vendor to test against: a real HTTP server on loopback whose prices walk and whose faults can be reached.
//
// Every vendor answers GET /v1/NAME/quotes?symbols=A,B (or ?symbol=A, once or repeated; no parameter asks for everything) with
//
//	{"quotes":[{"symbol":"AAPL","price":185.20,"bid":185.19,"ask":185.21,"time":"2026-11-21T06:00:00.000Z"}]}
//
// Prices are exact decimals that keep the number of digits of their start. The same seed gives the same prices, draws and delays for the
// same sequence of requests. A Fault says what goes wrong and when; Kinds lists what can go wrong, ParseFault reads a fault from text such
// as "status=503 first=3". Faults that edit quotes (a stale time, a zero price) add up; of the others the first that is due answers.
//
// What happens below HTTP, in the TLS handshake, is the business of Authority and Trap.
package sim
