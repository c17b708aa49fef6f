package sim

import (
	"bufio"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// timeFaults make the vendor slow or silent.
func timeFaults() []entry {
	drip := Fault{Delay: 100 * time.Millisecond}

	return []entry{
		{kind: Latency, options: "delay", initial: Fault{Delay: time.Second}, help: "adds this much to the time of each answer"},
		{kind: Jitter, options: "delay", initial: Fault{Delay: 500 * time.Millisecond}, help: "adds up to this much, drawn anew for each answer"},
		{kind: Hang, help: "reads the request and never answers", act: func(x *exchange, _ Fault) { x.hang() }},
		{kind: Stall, help: "sends the headers, then nothing", act: stall},
		{kind: StallBody, help: "sends the headers and half of the body, then nothing", act: stallBody},
		{kind: DripBody, options: "delay", initial: drip, help: "sends the body byte by byte with this pause, valid at the end", act: dripBody},
		{kind: DripHeaders, options: "delay", initial: drip, help: "sends the headers byte by byte with this pause", act: dripHeaders},
	}
}

// connectionFaults cut the connection.
func connectionFaults() []entry {
	return []entry{
		{kind: Reset, help: "resets the connection in place of an answer", act: func(x *exchange, _ Fault) { x.cut("", reset) }},
		{kind: ResetBody, help: "resets the connection in the middle of the body", act: func(x *exchange, _ Fault) { x.cut(x.half(), reset) }},
		{kind: EOF, help: "closes the connection in place of an answer", act: func(x *exchange, _ Fault) { x.cut("", net.Conn.Close) }},
		{kind: CutBody, help: "closes the connection in the middle of the body", act: func(x *exchange, _ Fault) { x.cut(x.half(), net.Conn.Close) }},
	}
}

func stall(x *exchange, _ Fault) {
	x.begin(http.StatusOK, jsonType, int64(len(render(x.quotes))))
	x.hang()
}

func stallBody(x *exchange, _ Fault) {
	body := render(x.quotes)
	x.begin(http.StatusOK, jsonType, int64(len(body)))
	x.write(body[:len(body)/2])
	x.flush()
	x.hang()
}

func dripBody(x *exchange, f Fault) {
	body := render(x.quotes)
	x.begin(http.StatusOK, jsonType, int64(len(body)))

	for i := range len(body) {
		x.write(body[i : i+1])
		x.flush()
		x.wait(f.Delay)
	}
}

func dripHeaders(x *exchange, f Fault) {
	text := x.whole()

	x.raw(func(_ net.Conn, out *bufio.Writer) error {
		for i := range len(text) {
			if err := out.WriteByte(text[i]); err != nil {
				return err
			}

			if err := out.Flush(); err != nil {
				return err
			}

			if !pause(x.r.Context(), f.Delay) {
				return x.r.Context().Err()
			}
		}

		return nil
	})
}

// cut sends text as it is and ends the connection with end.
func (x *exchange) cut(text string, end func(net.Conn) error) {
	x.raw(func(conn net.Conn, out *bufio.Writer) error {
		if _, err := out.WriteString(text); err != nil {
			return err
		}

		if err := out.Flush(); err != nil {
			return err
		}

		return end(conn)
	})
}

// reset closes a connection with RST: what the client has not read yet may be lost.
func reset(conn net.Conn) error {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn() // without the closing alert of TLS
	}

	if tcp, ok := conn.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			return err
		}
	}

	return conn.Close()
}

// whole returns the answer with its headers, as it would be on the wire.
func (x *exchange) whole() string { return head(render(x.quotes)) + render(x.quotes) }

// half returns the answer with its headers, cut in the middle of its body.
func (x *exchange) half() string {
	body := render(x.quotes)

	return head(body) + body[:len(body)/2]
}
