package telemetry

import (
	"encoding/hex"
	"net/http"
	"strings"
)

type (
	traceID [16]byte
	spanID  [8]byte
)

// MarshalText writes ids as OTLP's JSON has them: hexadecimal, not base64.
func (id traceID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// MarshalText is as that of traceID.
func (id spanID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// parent is the caller's span.
type parent struct {
	trace   traceID
	span    spanID
	sampled bool
	state   string
}

// W3C Trace Context, section 3.2: version 00 has this length, and later versions begin
// with the same fields.
const (
	parentHeader = "Traceparent"
	stateHeader  = "Tracestate"
	parentLength = len("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
)

// readParent returns nil when the headers name no parent, or name it wrongly: then the
// trace begins here (section 4.3).
func readParent(header http.Header) *parent {
	values := header[parentHeader]
	if len(values) != 1 {
		return nil
	}
	written := strings.Trim(values[0], " \t")
	if len(written) < parentLength || written[2] != '-' || written[35] != '-' || written[52] != '-' {
		return nil
	}
	longer := len(written) > parentLength
	if version := written[:2]; version == "ff" || (longer && (version == "00" || written[parentLength] != '-')) {
		return nil
	}
	var version, flags [1]byte
	p := &parent{}
	if !unhex(version[:], written[:2]) || !unhex(p.trace[:], written[3:35]) || !unhex(p.span[:], written[36:52]) || !unhex(flags[:], written[53:55]) {
		return nil
	}
	if p.trace == (traceID{}) || p.span == (spanID{}) {
		return nil
	}
	p.sampled = flags[0]&1 != 0
	p.state = readState(header)
	return p
}

// unhex reads lower-case digits only, as the section wants them.
func unhex(to []byte, from string) bool {
	for i := range len(from) {
		if c := from[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	_, err := hex.Decode(to, []byte(from))
	return err == nil
}

// readState passes on what vendors add, or nothing when it cannot be theirs (section
// 3.3.1).
func readState(header http.Header) string {
	const maxBytes, maxMembers = 512, 32
	state := strings.Join(header[stateHeader], ",")
	if len(state) > maxBytes || strings.Count(state, ",") >= maxMembers {
		return ""
	}
	for i := range len(state) {
		if c := state[i]; (c < ' ' && c != '\t') || c > '~' {
			return ""
		}
	}
	return state
}
