package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/specs"
)

var asset = regexp.MustCompile(`(?:src|href)="([^"]+)"`)

func TestDocsPageWorksOffline(t *testing.T) {
	base := start(t)
	page := ask(t, "GET", base+"/__admin/docs/", "")
	if page.status != 200 || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		t.Fatalf("got %+v", page)
	}
	assets := asset.FindAllStringSubmatch(page.body, -1)
	if len(assets) < 4 {
		t.Fatalf("got %d assets in %s", len(assets), page.body)
	}
	for _, found := range assets {
		address, relative := strings.CutPrefix(found[1], "./")
		if !relative {
			t.Errorf("%s is not an asset of the server's own", found[1])
			continue
		}
		if got := ask(t, "GET", base+"/__admin/docs/"+address, ""); got.status != 200 || got.body == "" {
			t.Errorf("%s: got %d", address, got.status)
		}
	}
	for _, name := range specs.Names() {
		if !strings.Contains(page.body, `"../specs/`+name+`"`) {
			t.Errorf("document %s cannot be selected", name)
		}
	}
}

func TestEntrancesLeadToThePages(t *testing.T) {
	base := start(t)
	for entrance, want := range map[string]string{
		"/__admin": "/__admin/ui/", "/__admin/": "/__admin/ui/", "/__admin/ui": "/__admin/ui/", "/__admin/docs": "/__admin/docs/",
	} {
		got := ask(t, "GET", base+entrance, "")
		from, err := url.Parse(base + entrance)
		if err != nil {
			t.Fatal(err)
		}
		to, err := from.Parse(got.header.Get("Location"))
		if err != nil || got.status != http.StatusMovedPermanently || to.Path != want {
			t.Errorf("%s leads to %v with %d, want %s", entrance, to, got.status, want)
		}
	}
}

func TestDocsPolicy(t *testing.T) {
	base := start(t)
	request, _ := http.NewRequestWithContext(t.Context(), "GET", base+"/__admin/docs/", nil)
	request.Host = "evil.example"
	wantProblem(t, send(t, request), 403, "forbidden")
	wantProblem(t, ask(t, "POST", base+"/__admin/docs/", ""), 405, "wrong-method")
	if got := ask(t, "GET", base+"/__admin/docs/nothing.js", ""); got.status != 404 {
		t.Errorf("got %d, want 404", got.status)
	}
	if got := ask(t, "GET", base+"/__admin/docsx", ""); got.status != 404 || got.header.Get("Keyturn-Problem") == "" {
		t.Errorf("got %+v, want the pipeline's 404", got)
	}
}
