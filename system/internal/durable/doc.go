// Package durable replaces files so that a reader, a crash or a loss of power never sees anything but the whole old or the whole new
// contents.
//
// WriteFile makes these system calls, in this order, all of them relative to one directory descriptor:
//
//	fstatat(path) + fstat(dir)                      the path still names the directory that was opened
//	openat(.NAME.tmp-RANDOM, O_CREAT|O_EXCL|O_NOFOLLOW|O_WRONLY, mode)
//	write(tmp) … fsync(tmp), close(tmp)
//	renameat(.NAME.tmp-RANDOM, NAME)
//	openat(.), fsync(.), close(.)
//
// An error at any step removes the temporary file, leaves the old contents and is returned. Only the last step can fail with the new
// contents already in place; they are then whole, but may be lost with the power. A failed fsync is never tried again on the same
// descriptor, because the kernel may have dropped the pages and forgotten about it: the next WriteFile starts with a new file.
//
// FS is the seam for fault injection; package durabletest has the faults.
package durable
