package fault_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/fault"
)

func TestPrefer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		headers []string
		// effect is in words, empty for none.
		effect, applied string
	}{
		"code":                  {[]string{"code=503"}, "503 before", "code=503"},
		"code after":            {[]string{"code=503, when=after"}, "503 after", "code=503, when=after"},
		"delay":                 {[]string{"delay=200ms"}, "latency 200ms", "delay=200ms"},
		"delay after":           {[]string{"delay=200ms", "when=after"}, "latency 200ms after", "delay=200ms, when=after"},
		"reset":                 {[]string{"reset"}, "reset before", "reset"},
		"reset after":           {[]string{"when=after,reset"}, "reset after", "when=after, reset"},
		"empty":                 {[]string{"empty"}, "empty", "empty"},
		"truncate":              {[]string{"truncate=10"}, "truncate 10", "truncate=10"},
		"truncate all":          {[]string{"truncate=0"}, "truncate 0", "truncate=0"},
		"drip":                  {[]string{"drip=10ms"}, "drip 1 per 10ms", "drip=10ms"},
		"throttle":              {[]string{"throttle=7s"}, "429 above 0 per 7s before", "throttle=7s"},
		"all in one":            {[]string{"code=500,delay=1s , truncate=3"}, "latency 1s 500 truncate 3 before", "code=500, delay=1s, truncate=3"},
		"name in capitals":      {[]string{"Code=503"}, "503 before", "code=503"},
		"space":                 {[]string{"\t code = 503 "}, "503 before", "code=503"},
		"quoted":                {[]string{`code="503"`}, "503 before", "code=503"},
		"quoted with escape":    {[]string{`code="5\03"`}, "503 before", "code=503"},
		"no value is an empty":  {[]string{`reset=""`}, "reset before", "reset"},
		"parameter":             {[]string{"code=503; code=500; x"}, "503 before", "code=503"},
		"the first counts":      {[]string{"code=503, code=oops", "code=500"}, "503 before", "code=503"},
		"foreign":               {[]string{"return=minimal, respond-async, wait=10"}, "", ""},
		"foreign beside":        {[]string{"return=minimal, code=503, respond-async"}, "503 before", "code=503"},
		"foreign with a comma":  {[]string{`handling="a, code=500; \", reset", code=503`}, "503 before", "code=503"},
		"foreign and malformed": {[]string{`=, ;;, "", code503, ,`}, "", ""},
		"nothing":               {nil, "", ""},
		"an open quote":         {[]string{`x="a, reset`}, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			effect, applied, err := fault.Prefer(test.headers)
			if err != nil {
				t.Fatal(err)
			}
			said := ""
			if effect != nil {
				said = effect.String()
			}
			if diff := cmp.Diff([]string{test.effect, test.applied}, []string{said, applied}); diff != "" {
				t.Errorf("the effects differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestForeign(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ headers, want []string }{
		"nothing":        {nil, nil},
		"ours":           {[]string{"code=503, WHEN = after", "delay=1ms; x"}, nil},
		"one of each":    {[]string{"return=minimal, delay=1ms"}, []string{"return=minimal"}},
		"across headers": {[]string{"delay=1ms, respond-async", "wait=10; code=1,code=503"}, []string{"respond-async, wait=10; code=1"}},
		"ours twice":     {[]string{"code=503, code=oops, a"}, []string{"a"}},
		"quoted":         {[]string{`handling="a, code=500; \", reset", code=503`}, []string{`handling="a, code=500; \", reset"`}},
		"gaps":           {[]string{", ,reset,, a ,"}, []string{"a"}},
	} {
		if diff := cmp.Diff(test.want, fault.Foreign(test.headers)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestPreferRefuses(t *testing.T) {
	t.Parallel()
	for header, says := range map[string]string{
		"code=200":                       "code: \"200\" cannot be, want a status from 400 to 599",
		"code":                           "400 to 599",
		"code=5xx":                       "400 to 599",
		"delay=1":                        "200ms",
		"delay=-1s":                      "more than 0s",
		"delay=31s":                      "at most 30s",
		"drip=31s":                       "at most 30s",
		"throttle=9000h":                 "at most a year",
		"reset=yes":                      "want no value",
		"empty=1":                        "want no value",
		"truncate=-1":                    "0 or more",
		"truncate=ten":                   "0 or more",
		"drip=0s":                        "more than 0s",
		"throttle=soon":                  "7s",
		"when=sometimes":                 "before or after",
		"when=after":                     "when: there is no effect",
		"reset, code=503":                "code: contradicts reset",
		"empty, truncate=1":              "truncate: contradicts empty",
		"when=before, truncate=1":        "when: before the handler",
		"throttle=1s, when=after":        "when: a throttle",
		"return=minimal, code=503, drip": "drip: \"\" cannot be",
	} {
		_, _, err := fault.Prefer([]string{header})
		t.Run(header, func(t *testing.T) { wantWrong(t, err, client.Invalid, "Prefer", says) })
	}
}
