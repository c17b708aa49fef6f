package sim

import (
	"bufio"
	"crypto/tls"
	"net"
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
		{kind: ResetBody, help: "resets the connection in the middle of the body", act: func(x *exchange, _ Fault) { x.cut(x.good.half(), reset) }},
		{kind: EOF, help: "closes the connection in place of an answer", act: func(x *exchange, _ Fault) { x.cut("", net.Conn.Close) }},
		{kind: CutBody, help: "closes the connection in the middle of the body", act: func(x *exchange, _ Fault) { x.cut(x.good.half(), net.Conn.Close) }},
	}
}

func stall(x *exchange, _ Fault) {
	x.beginGood()
	x.hang()
}

func stallBody(x *exchange, _ Fault) {
	x.beginGood()
	x.write(x.good.body[:len(x.good.body)/2])
	x.flush()
	x.hang()
}

func dripBody(x *exchange, f Fault) {
	x.beginGood()

	for i := range len(x.good.body) {
		x.write(x.good.body[i : i+1])
		x.flush()
		x.wait(f.Delay)
	}
}

func dripHeaders(x *exchange, f Fault) {
	text := x.good.String()

	x.raw(func(_ net.Conn, out *bufio.Writer) error {
		return drip(x.r.Context(), out, text, f.Delay)
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
