package telemetry

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	someTrace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	someSpan   = "00f067aa0ba902b7"
	someParent = "00-" + someTrace + "-" + someSpan + "-01"
)

func TestReadParent(t *testing.T) {
	t.Parallel()
	known := &parent{
		trace: traceID{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36},
		span:  spanID{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}, sampled: true,
	}
	notSampled, with := *known, *known
	notSampled.sampled = false
	with.state = "a=b,c=d"
	for name, test := range map[string]struct {
		parents, states []string
		want            *parent
	}{
		"none":              {nil, nil, nil},
		"state alone":       {nil, []string{"a=b"}, nil},
		"sampled":           {[]string{someParent}, nil, known},
		"spaces around it":  {[]string{" " + someParent + "\t"}, nil, known},
		"not sampled":       {[]string{strings.TrimSuffix(someParent, "1") + "0"}, nil, &notSampled},
		"unknown flags":     {[]string{strings.TrimSuffix(someParent, "01") + "fe"}, nil, &notSampled},
		"with state":        {[]string{someParent}, []string{"a=b", "c=d"}, &with},
		"state too long":    {[]string{someParent}, []string{"a=" + strings.Repeat("b", 511)}, known},
		"state of too many": {[]string{someParent}, []string{strings.Repeat("a=b,", 32) + "a=b"}, known},
		"state with binary": {[]string{someParent}, []string{"a=\x01"}, known},
		"later version":     {[]string{"cc" + someParent[2:]}, nil, known},
		"later and longer":  {[]string{"cc" + someParent[2:] + "-what"}, nil, known},
		"later, no hyphen":  {[]string{"cc" + someParent[2:] + "1"}, nil, nil},
		"longer":            {[]string{someParent + "-what"}, nil, nil},
		"version ff":        {[]string{"ff" + someParent[2:]}, nil, nil},
		"version no number": {[]string{"0x" + someParent[2:]}, nil, nil},
		"upper case":        {[]string{strings.ToUpper(someParent)}, nil, nil},
		"two":               {[]string{someParent, someParent}, nil, nil},
		"empty":             {[]string{""}, nil, nil},
		"short":             {[]string{someParent[:54]}, nil, nil},
		"no trace":          {[]string{strings.Replace(someParent, someTrace, strings.Repeat("0", 32), 1)}, nil, nil},
		"no span":           {[]string{strings.Replace(someParent, someSpan, strings.Repeat("0", 16), 1)}, nil, nil},
		"no digits":         {[]string{strings.Replace(someParent, "4bf", "4bg", 1)}, nil, nil},
		"no hyphen":         {[]string{strings.Replace(someParent, "-00f", "000f", 1)}, nil, nil},
		"flags no digits":   {[]string{strings.TrimSuffix(someParent, "1") + "x"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := readParent(http.Header{"Traceparent": test.parents, "Tracestate": test.states})
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(parent{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzReadParent(f *testing.F) {
	f.Add(someParent, "a=b")
	f.Add("cc"+someParent[2:]+"-what", "")
	f.Fuzz(func(t *testing.T, written, state string) {
		if p := readParent(http.Header{"Traceparent": {written}, "Tracestate": {state}}); p != nil && (p.trace == traceID{} || p.span == spanID{} || len(p.state) > 512) {
			t.Errorf("%q, %q: got %v", written, state, p)
		}
	})
}

func TestSampler(t *testing.T) {
	t.Parallel()
	low, high := traceID{15: 1}, traceID{8: 0xff}
	yes, no := &parent{sampled: true}, &parent{}
	for name, test := range map[string]struct {
		sampler sampler
		id      traceID
		parent  *parent
		want    bool
	}{
		"always":                     {sampler{always, false}, high, no, true},
		"never":                      {sampler{0, false}, traceID{}, yes, false},
		"half, below":                {sampler{always / 2, false}, low, no, true},
		"half, above":                {sampler{always / 2, false}, high, yes, false},
		"by parent that is sampled":  {sampler{0, true}, high, yes, true},
		"by parent that is not":      {sampler{always, true}, low, no, false},
		"by parent, there is none":   {sampler{always, true}, high, nil, true},
		"by parent, none and never":  {sampler{0, true}, low, nil, false},
		"by parent, none, and above": {sampler{always / 2, true}, high, nil, false},
	} {
		if got := test.sampler.samples(test.id, test.parent); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
