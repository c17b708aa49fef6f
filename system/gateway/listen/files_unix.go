//go:build unix

package listen

import "syscall"

// openFiles is how many files this process may have open.
func openFiles() (int, bool) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, false
	}

	const most = 1 << 30

	return int(min(uint64(limit.Cur), most)), true //nolint:unconvert // signed on some systems
}
