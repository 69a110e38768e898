package file

import "sync"

const (
	// block is how many numbers one commit sets aside.
	block = 1 << 14
	// reserve is when it is time for the next.
	reserve = 4 * most
)

// numbers are given out in order and never twice. Those below the limit are set aside on
// the disk; what is left of them when the process ends is left out.
type numbers struct {
	mu          sync.Mutex
	next, limit uint64
	// extended is the limit of the batch that is being written.
	extended uint64
}

// take is for the writer, whose batch sets aside what it takes beyond the limit.
func (n *numbers) take() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next++
	return n.next - 1
}

// spare takes a number that is set aside already.
func (n *numbers) spare() (uint64, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next+reserve >= n.limit {
		return 0, false
	}
	n.next++
	return n.next - 1, true
}

// short reports whether the next commit is to set numbers aside.
func (n *numbers) short() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.next+reserve >= n.limit
}

// extension is the limit that the next commit sets.
func (n *numbers) extension() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.extended = max(n.next, n.limit) + block
	return n.extended
}

// extend is called when the extension, if there was one, is on the disk.
func (n *numbers) extend() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.limit = max(n.limit, n.extended)
}
