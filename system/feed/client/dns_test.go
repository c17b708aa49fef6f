package client_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed/client"
	"github.com/rollcall-go/rollcall/system/feed/spec"
)

// nameserver answers each query with what respond makes of it, nil for silence, and returns a resolver that asks nobody else.
func nameserver(t *testing.T, respond func(query []byte) []byte) *net.Resolver {
	t.Helper()

	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	require.NoError(t, err)

	done := make(chan struct{})

	go func() {
		defer close(done)

		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}

			if answer := respond(buffer[:n]); answer != nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()

	t.Cleanup(func() {
		_ = conn.Close()

		<-done
	})

	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// respond makes an answer with a response code and the given records, each behind a pointer to the asked name.
func respond(query []byte, code uint16, records ...[]byte) []byte {
	question := query[12:]
	end := strings.IndexByte(string(question), 0) + 5
	response := make([]byte, 12, 512)
	copy(response, query[:2])
	binary.BigEndian.PutUint16(response[2:], 0x8180|code)
	binary.BigEndian.PutUint16(response[4:], 1)
	binary.BigEndian.PutUint16(response[6:], uint16(len(records)))
	response = append(response, question[:end]...)

	for _, record := range records {
		response = append(append(response, 0xc0, 12), record...)
	}

	return response
}

func record(kind byte, data ...byte) []byte {
	return append([]byte{0, kind, 0, 1, 0, 0, 0, 1, 0, byte(len(data))}, data...)
}

func TestNames(t *testing.T) { // N19
	t.Parallel()

	cases := map[string]func(query []byte) []byte{
		"NXDOMAIN":   func(q []byte) []byte { return respond(q, 3) },
		"SERVFAIL":   func(q []byte) []byte { return respond(q, 2) },
		"hang":       func([]byte) []byte { return nil },
		"empty":      func(q []byte) []byte { return respond(q, 0) },
		"CNAME loop": func(q []byte) []byte { return respond(q, 0, record(5, 0xc0, 12)) },
		"garbage":    func([]byte) []byte { return []byte("garbage") },
		"bad answer": func(q []byte) []byte { return append(q[:2:2], strings.Repeat("\xff", 40)...) },
	}

	for name, answer := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := resolving(t, "http://vendor.test.", spec.ClientSettings{DialTimeout: soon}, client.WithResolver(nameserver(t, answer)))
			fails(t, s, messages.OutcomeDNS, plenty, time.Second)
		})
	}

	t.Run("hang beyond the deadline", func(t *testing.T) {
		t.Parallel()

		silent := nameserver(t, func([]byte) []byte { return nil })
		s := resolving(t, "http://vendor.test.", spec.ClientSettings{}, client.WithResolver(silent))
		fails(t, s, messages.OutcomeDNS, 500*time.Millisecond, 500*time.Millisecond)
	})
}

// N17: a name that resolves to an address that may not be dialled.
func TestResolvedAddressIsChecked(t *testing.T) {
	t.Parallel()

	for _, address := range [][]byte{{169, 254, 169, 254}, {127, 0, 0, 1}, {0, 0, 0, 0}} {
		s := resolving(t, "http://vendor.test.", spec.ClientSettings{}, client.WithResolver(nameserver(t, func(q []byte) []byte {
			if strings.Contains(string(q), "\x04test\x00\x00\x01") { // type A
				return respond(q, 0, record(1, address...))
			}

			return respond(q, 0)
		})))
		fails(t, s, messages.OutcomeBlockedAddress, plenty, time.Second)
	}
}

func TestNameThatResolves(t *testing.T) {
	t.Parallel()

	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		assert.True(t, strings.HasPrefix(r.Host, "vendor.test"))
		_, _ = io.WriteString(w, good)
	})
	base := "http://vendor.test.:" + s.URL[strings.LastIndexByte(s.URL, ':')+1:]
	succeeds(t, resolving(t, base, spec.ClientSettings{AllowPrivate: true}, client.WithResolver(nameserver(t, func(q []byte) []byte {
		if strings.Contains(string(q), "\x04test\x00\x00\x01") {
			return respond(q, 0, record(1, 127, 0, 0, 1))
		}

		return respond(q, 0)
	}))))
}

// O03: without descriptors Go reports "no such host"; that must not be believed. Not parallel: the limit is the whole process's.
func TestLackOfDescriptorsIsNoNameError(t *testing.T) {
	for _, host := range []string{"vendor.test.", "127.0.0.1:1"} {
		s := resolving(t, "http://"+host, spec.ClientSettings{AllowPrivate: true}, client.WithResolver(&net.Resolver{PreferGo: true}))

		var before syscall.Rlimit

		require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before))

		none := before
		none.Cur = 3
		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none))

		_, err, _ := fetch(t, s, time.Second)

		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before))
		assert.Equal(t, messages.OutcomeRefused, outcomeOf(t, err))
		require.ErrorContains(t, err, "descriptors")
		s.Close()
	}
}
