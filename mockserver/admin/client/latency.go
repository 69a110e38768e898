package client

import (
	"encoding/json"
	"time"
)

// Latency is how much later an answer comes, 5 minutes at most. One of its fields is set.
type Latency struct {
	// Fixed is always the same.
	Fixed time.Duration
	// Uniform and LogNormal are drawn for each request; nil when they are not meant.
	Uniform   *Uniform
	LogNormal *LogNormal
}

// Uniform is a latency of which anything from Min to Max is equally likely.
type Uniform struct{ Min, Max time.Duration }

// LogNormal is a latency like that of real services, with few answers that take very
// long. Sigma is the standard deviation of the logarithm.
type LogNormal struct {
	Median time.Duration
	Sigma  float64
}

type latencyText struct {
	Fixed     *duration      `json:"fixed,omitempty"`
	Uniform   *uniformText   `json:"uniform,omitempty"`
	LogNormal *logNormalText `json:"log_normal,omitempty"`
}

type uniformText struct {
	Min duration `json:"min"`
	Max duration `json:"max"`
}

type logNormalText struct {
	Median duration `json:"median"`
	Sigma  float64  `json:"sigma"`
}

// MarshalJSON writes the latency as the plane reads it. A Fixed of 0 is only written
// where nothing else is meant.
func (l Latency) MarshalJSON() ([]byte, error) {
	var text latencyText
	if l.Uniform != nil {
		text.Uniform = &uniformText{duration(l.Uniform.Min), duration(l.Uniform.Max)}
	}
	if l.LogNormal != nil {
		text.LogNormal = &logNormalText{duration(l.LogNormal.Median), l.LogNormal.Sigma}
	}
	if fixed := duration(l.Fixed); fixed != 0 || l.Uniform == nil && l.LogNormal == nil {
		text.Fixed = &fixed
	}
	return json.Marshal(text)
}

// UnmarshalJSON reads a latency as the plane writes it.
func (l *Latency) UnmarshalJSON(text []byte) error {
	var read latencyText
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*l = Latency{}
	if read.Fixed != nil {
		l.Fixed = time.Duration(*read.Fixed)
	}
	if read.Uniform != nil {
		l.Uniform = &Uniform{time.Duration(read.Uniform.Min), time.Duration(read.Uniform.Max)}
	}
	if read.LogNormal != nil {
		l.LogNormal = &LogNormal{time.Duration(read.LogNormal.Median), read.LogNormal.Sigma}
	}
	return nil
}

// Throttle has the requests over Limit in each window of the length Per meet the fault:
// they are refused with 429, or the Status, and Retry-After. Windows go by the clock of
// the namespace, and begin with a request.
type Throttle struct {
	Limit int
	Per   time.Duration
}

type throttleText struct {
	Limit int      `json:"limit"`
	Per   duration `json:"per"`
}

// MarshalJSON writes the throttle as the plane reads it.
func (t Throttle) MarshalJSON() ([]byte, error) {
	return json.Marshal(throttleText{t.Limit, duration(t.Per)})
}

// UnmarshalJSON reads a throttle as the plane writes it.
func (t *Throttle) UnmarshalJSON(text []byte) error {
	var read throttleText
	err := json.Unmarshal(text, &read)
	*t = Throttle{read.Limit, time.Duration(read.Per)}
	return err
}

// Drip sends the body slowly: so many Bytes, a pause of Every, and so on.
type Drip struct {
	Bytes int
	Every time.Duration
}

type dripText struct {
	Bytes int      `json:"bytes"`
	Every duration `json:"every"`
}

// MarshalJSON writes the drip as the plane reads it.
func (d Drip) MarshalJSON() ([]byte, error) {
	return json.Marshal(dripText{d.Bytes, duration(d.Every)})
}

// UnmarshalJSON reads a drip as the plane writes it.
func (d *Drip) UnmarshalJSON(text []byte) error {
	var read dripText
	err := json.Unmarshal(text, &read)
	*d = Drip{read.Bytes, time.Duration(read.Every)}
	return err
}
