package file

import "syscall"

// populate has the system read the file in one go when it is mapped. Else each first look
// at a page would be a read of its own.
const populate = syscall.MAP_POPULATE

// available reports whether the process may have so many addresses: a limit on them is
// rare, and not a reason to refuse a file.
func available(size int) bool {
	tried, err := syscall.Mmap(-1, 0, size, syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		return false
	}
	return syscall.Munmap(tried) == nil
}
