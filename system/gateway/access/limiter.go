package access

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Rate is how often something may happen: so many in a second on average, and Burst at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// DefaultRate lets a thousand streams of one consumer connect at once, and keeps one that polls at full speed from taking a processor.
func DefaultRate() Rate { return Rate{PerSecond: 500, Burst: 2000} }

func (r Rate) orDefault() Rate {
	if r == (Rate{}) {
		return DefaultRate()
	}

	return r
}

// limiter bounds the rate of each of many keys. It keeps one time a key: when all that was taken will have been given back.
type limiter struct {
	each  time.Duration // what one takes
	burst time.Duration // what may be taken ahead

	mu     sync.Mutex
	free   map[string]time.Time
	forgot time.Time // when idle keys were last dropped
}

// maxKeys bounds the memory of a limiter. Keys beyond share one rate until others have been idle.
const maxKeys = 10_000

func newLimiter(rate Rate) *limiter {
	each := time.Duration(float64(time.Second) / rate.PerSecond)

	return &limiter{each: each, burst: each * time.Duration(rate.Burst), free: make(map[string]time.Time)}
}

// take takes one, or says how long to wait for it.
func (l *limiter) take(key string, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	free, known := l.free[key]
	if !known && len(l.free) >= maxKeys && !l.forget(now) {
		key = ""
		free = l.free[key]
	}

	if free.Before(now) {
		free = now
	}

	free = free.Add(l.each)
	if wait = free.Sub(now) - l.burst; wait > 0 {
		return wait, false
	}

	l.free[key] = free

	return 0, true
}

// forget drops the keys that have everything back, and reports whether there is room now. It looks once a second at most: looking takes long.
func (l *limiter) forget(now time.Time) bool {
	if now.Sub(l.forgot) < time.Second {
		return false
	}

	l.forgot = now

	for key, free := range l.free {
		if !free.After(now) {
			delete(l.free, key)
		}
	}

	return len(l.free) < maxKeys
}

// address is who connects, as far as rates go: an IPv4 address, or the network of an IPv6 address, of which a client has as many as it likes.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}

	const network = 64

	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}

	ip = ip.Unmap().WithZone("")
	if ip.Is4() || ip.IsLoopback() {
		return ip.String()
	}

	return netip.PrefixFrom(ip, network).Masked().String()
}
