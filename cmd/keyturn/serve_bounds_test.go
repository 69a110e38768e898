package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/keyturn/keyturn/mockserver"
)

// TestBoundsAreTheServers asks for more than there may be of each.
func TestBoundsAreTheServers(t *testing.T) {
	config := writeFile(t, "k.yaml", "max-namespaces: 2\njournal-entries: 30\njournal-bytes: 65536\n")
	for name, args := range map[string][]string{
		"flags": {"--max-namespaces", "2", "--journal-entries", "30", "--journal-bytes", "65536"}, "file": {"--config", config},
	} {
		t.Run(name, func(t *testing.T) {
			p := startServe(t, args...)
			for i, want := range []int{http.StatusCreated, http.StatusConflict} {
				if got := p.createNamespace(t, string(rune('a'+i))); got != want {
					t.Errorf("namespace %d: HTTP %d, want %d", i, got, want)
				}
			}
			for range 32 {
				askAdmin(t, p.URL+"/nowhere", "")
			}
			if entries, evicted := p.journal(t); entries != 30 || evicted != 2 {
				t.Errorf("after 32 requests there are %d, and %d evicted", entries, evicted)
			}
			for range 10 {
				askAdmin(t, p.URL+"/nowhere?q="+strings.Repeat("x", 12<<10), "")
			}
			if entries, _ := p.journal(t); entries == 0 || entries > 5 {
				t.Errorf("of requests with 12 KiB there are %d in 64", entries)
			}
		})
	}
}

func (p *process) createNamespace(t *testing.T, name string) (status int) {
	t.Helper()
	response, err := http.Post(p.AdminURL+"/namespaces", "application/json", strings.NewReader(`{"name":"`+name+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// journal counts what the default namespace remembers and what it had to forget.
func (p *process) journal(t *testing.T) (entries, evicted int) {
	t.Helper()
	_, text := askAdmin(t, p.AdminURL+"/requests?limit=1000", "")
	var page struct {
		Entries []json.RawMessage
		Evicted int
	}
	if err := json.Unmarshal([]byte(text), &page); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return len(page.Entries), page.Evicted
}

func TestBoundsAreChecked(t *testing.T) {
	for flag, test := range map[string]struct {
		wrong []string
		want  string
	}{
		"max-namespaces":  {[]string{"0", "-1", "many", "1000001", "1e3", ""}, "want a number from 1 to 1000000"},
		"journal-entries": {[]string{"0", "1000001", "99999999999999999999"}, "want a number from 1 to 1000000"},
		"journal-bytes":   {[]string{"65535", "8MiB", "1073741825"}, "want a number from 65536 to 1073741824"},
	} {
		for _, text := range test.wrong {
			code, _, stderr := call(t, "serve", "--addr", "127.0.0.1:0", "--"+flag+"="+text)
			if code != exitUsage || !strings.Contains(stderr, `"--`+flag+`" flag: `+test.want) {
				t.Errorf("%s %q: got exit %d and %s", flag, text, code, stderr)
			}
		}
		t.Run(flag, func(t *testing.T) {
			t.Setenv(variableOf(flag), "0")
			if code, _, stderr := call(t, "serve", "--addr", "127.0.0.1:0"); code != exitUsage || !strings.Contains(stderr, variableOf(flag)+` is "0": `+test.want) {
				t.Errorf("got exit %d and %s", code, stderr)
			}
		})
	}
}

// TestDefaultBoundsAreTheLibrarys holds what help shows to what a server has by itself.
func TestDefaultBoundsAreTheLibrarys(t *testing.T) {
	server, err := mockserver.New(t.Context(), mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var s boundSettings
	s.register(pflag.NewFlagSet("", pflag.ContinueOnError))
	if most, bounds := server.Namespaces().Max(), server.Journal().Snapshot().Bounds; s.namespaces != most || s.journal != bounds {
		t.Errorf("got %+v, want %d and %+v", s, most, bounds)
	}
}
