package sim

import (
	"bufio"
	"fmt"
	"net"
	"strings"
)

// headerFaults break HTTP itself, below what a server library would ever send.
func headerFaults() []entry {
	big := Fault{Size: 16 << 20}

	return []entry{
		{kind: ManyHeaders, options: "size", initial: big, help: "sends this many bytes of short header lines", act: manyHeaders},
		{kind: HugeHeader, options: "size", initial: big, help: "sends one header of this many bytes", act: hugeHeader},
		{kind: EndlessHints, help: "sends 103 Early Hints without end", act: endlessHints},
		{kind: BadStatusLine, help: "sends a status line without a number", act: badStatusLine},
		{kind: HTTP09, help: "sends the body without status line and headers", act: func(x *exchange, _ Fault) { x.cut(x.good.body, net.Conn.Close) }},
		{kind: TwoLengths, help: "sends two Content-Length headers that differ", act: rewritten("Content-Length:", "Content-Length: 7\r\nContent-Length:")},
		{kind: NegativeLength, help: "sends a negative Content-Length", act: rewritten("Content-Length: ", "Content-Length: -")},
		{kind: BadChunk, help: "sends a chunked body whose chunk size is no number", act: badChunk},
	}
}

// badStatusLine writes the status in words.
func badStatusLine(x *exchange, _ Fault) {
	_, rest, _ := strings.Cut(x.good.String(), "\r\n")
	x.cut("HTTP/1.1 two hundred OK\r\n"+rest, net.Conn.Close)
}

// rewritten sends the answer with the first occurrence of a text in its headers replaced.
func rewritten(from, to string) action {
	return func(x *exchange, _ Fault) {
		x.cut(strings.Replace(x.good.String(), from, to, 1), net.Conn.Close)
	}
}

func manyHeaders(x *exchange, f Fault) {
	x.raw(func(_ net.Conn, out *bufio.Writer) error {
		_, err := out.WriteString("HTTP/1.1 200 OK\r\n")

		for i, sent := 0, int64(0); err == nil && sent < f.Size; i++ {
			var n int

			n, err = fmt.Fprintf(out, "X-Filler-%07d: %s\r\n", i, "0123456789abcdef")
			sent += int64(n)
		}

		return finish(x, out, err)
	})
}

func hugeHeader(x *exchange, f Fault) {
	x.raw(func(_ net.Conn, out *bufio.Writer) error {
		_, err := out.WriteString("HTTP/1.1 200 OK\r\nX-Filler: ")

		for sent := int64(0); err == nil && sent < f.Size; sent++ {
			err = out.WriteByte('a')
		}

		if err == nil {
			_, err = out.WriteString("\r\n")
		}

		return finish(x, out, err)
	})
}

// finish sends the remaining headers and the body after a status line and some headers.
func finish(x *exchange, out *bufio.Writer, err error) error {
	if err != nil {
		return err
	}

	_, rest, _ := strings.Cut(x.good.String(), "\r\n")
	_, err = out.WriteString(rest)

	return err
}

func endlessHints(x *exchange, _ Fault) {
	x.raw(func(_ net.Conn, out *bufio.Writer) error {
		for {
			if _, err := out.WriteString("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"); err != nil {
				return err
			}
		}
	})
}

func badChunk(x *exchange, _ Fault) {
	x.cut("HTTP/1.1 200 OK\r\nContent-Type: "+x.good.kind+"\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"+x.good.body+"\r\n0\r\n\r\n", net.Conn.Close)
}
