package journal

import "sync/atomic"

// minShare is what every journal may keep however many there are: some twenty small
// exchanges, or a few large ones.
const minShare = 16 << 10

// Budget is a number of bytes that many journals share. It is safe for concurrent
// use.
//
// Each of n journals may keep a share of budget/n, and at least 16 KiB. A journal
// learns that its share has shrunk when it next records something or is trimmed, so
// those that are idle may still hold what an earlier share allowed. The total is
// bounded all the same. Of the journals there are now, take the k-th oldest: ever since
// it was made there have been at least k of them, so no share that it recorded under
// was above budget/k. The sum of these is budget × (1 + 1/2 + … + 1/n), which is at most
// budget × (1 + ln n), plus 16 KiB for each journal that the minimum is for. Whoever
// trims them all each time their number has doubled keeps it below two budgets. What is
// counted is what entries hold and their bookkeeping; the rings, which grow by doubling,
// may at worst double it.
type Budget struct {
	bytes    int64
	journals atomic.Int64
}

// NewBudget returns a budget of so many bytes.
func NewBudget(bytes int) *Budget { return &Budget{bytes: int64(bytes)} }

// share is what one journal may keep now.
func (b *Budget) share() int { return int(max(minShare, b.bytes/max(1, b.journals.Load()))) }
