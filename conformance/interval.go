package conformance

import "time"

// interval is where a duration that cannot be measured exactly lies, as far as is
// known. The zero value knows nothing.
type interval struct {
	low, high time.Duration
	known     bool
}

// narrow takes another measurement into account. One that contradicts the earlier
// ones, because a clock was set meanwhile, begins anew.
func (i *interval) narrow(low, high time.Duration) {
	if !i.known || low > i.high || high < i.low {
		*i = interval{low: low, high: high, known: true}
		return
	}
	i.low, i.high = max(i.low, low), min(i.high, high)
}

// likely is none where none is possible, else the middle.
func (i *interval) likely() time.Duration {
	if i.low <= 0 && i.high >= 0 {
		return 0
	}
	return (i.low + i.high) / 2
}

// seconds is the likely value, nil where nothing is known.
func (i *interval) seconds() *float64 {
	if !i.known {
		return nil
	}
	seconds := i.likely().Round(100 * time.Millisecond).Seconds()
	return &seconds
}
