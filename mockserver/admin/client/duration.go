package client

import (
	"fmt"
	"time"
)

// duration is a time.Duration that the plane writes as Go does: "1.5s", "36h0m0s". An
// empty text is none.
type duration time.Duration

func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d *duration) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration, want one such as 1.5s, 20m or 36h", text)
	}
	*d = duration(parsed)
	return nil
}
