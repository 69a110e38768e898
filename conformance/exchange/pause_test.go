package exchange

import (
	"net/http"
	"testing"
	"time"
)

func TestAsks(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	const throttled, unavailable = http.StatusTooManyRequests, http.StatusServiceUnavailable
	tests := map[string]struct {
		status  int
		after   string
		attempt int
		want    time.Duration // 0 for no wait
	}{
		"seconds":             {throttled, "7", 1, 7 * time.Second},
		"none":                {throttled, "0", 3, minPause},
		"the last that fits":  {throttled, "86400", 1, maxPause},
		"a day and more":      {throttled, "86401", 1, maxPause},
		"overflows a product": {throttled, "9999999999", 1, maxPause},
		"overflows an int":    {throttled, "99999999999999999999", 1, maxPause},
		"a date":              {throttled, "Wed, 02 Jan 2030 03:05:05 GMT", 1, time.Minute},
		"a date gone by":      {throttled, "Wed, 02 Jan 2030 03:03:05 GMT", 1, minPause},
		"a date far off":      {throttled, "Wed, 02 Jan 2999 03:03:05 GMT", 1, maxPause},
		"doubles":             {throttled, "", 1, 250 * time.Millisecond},
		"doubles again":       {throttled, "", 3, time.Second},
		"doubles no more":     {throttled, "", 1000, 32 * time.Second},
		"negative":            {throttled, "-1", 1, 250 * time.Millisecond},
		"a word":              {throttled, "soon", 1, 250 * time.Millisecond},
		"unavailable":         {unavailable, "7", 1, 7 * time.Second},
		"unavailable, silent": {unavailable, "", 1, 0},
		"another status":      {http.StatusOK, "7", 1, 0},
	}
	for name, test := range tests {
		got, asked := asks(&Response{Status: test.status, Header: http.Header{"Retry-After": {test.after}}}, now, test.attempt)
		if asked != (test.want > 0) || asked && got != test.want {
			t.Errorf("%s: got %s, %t, want %s", name, got, asked, test.want)
		}
	}
}
