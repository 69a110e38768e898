package client_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/admin/client"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/specs"
)

const token = "a-token-of-the-plane"

func TestServer(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t, mocktest.WithTLS(), mocktest.WithAdminToken(token))
	admin, ctx := standIn.Admin(), t.Context()
	for name, ask := range map[string]func() error{
		"health": func() error { return admin.Health(ctx) },
		"ready":  func() error { return admin.Ready(ctx) },
		"reset":  func() error { return admin.Reset(ctx) },
	} {
		if err := ask(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	version, err := admin.Version(ctx)
	if err != nil || version.Version == "" || !strings.HasPrefix(version.Go, "go1.") {
		t.Errorf("got %+v, %v", version, err)
	}
	if ca, err := admin.CA(ctx); err != nil || string(ca) != string(standIn.CA()) || len(ca) == 0 {
		t.Errorf("got %q, %v, want %q", ca, err, standIn.CA())
	}
	documents, err := admin.Specs(ctx)
	if diff := cmp.Diff(specs.Names(), documents); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	providers, err := admin.Providers(ctx)
	if err != nil || slices.Contains(providers, specs.Admin) || len(providers) != len(documents)-1 {
		t.Errorf("got %q, %v, want the documents but for the plane's own", providers, err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	admin, ctx := standIn.Admin(), t.Context()
	for _, want := range []string{"https://id.example/base", ""} {
		if err := admin.SetPublicURL(ctx, want); err != nil {
			t.Fatal(err)
		}
		if got, err := admin.Settings(ctx); err != nil || got.PublicURL != want || standIn.PublicURL() != want {
			t.Errorf("got %+v, %v, want %q", got, err, want)
		}
	}
}

func TestDefects(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	admin, ctx := standIn.Admin(), t.Context()
	if err := admin.SetDefects(ctx, "old-secret-lives-3s"); err != nil {
		t.Fatal(err)
	}
	catalogue, err := admin.Defects(ctx)
	if err != nil || len(catalogue.Sets) == 0 || len(catalogue.Sets[0].Defects) == 0 || catalogue.Sets[0].About == "" {
		t.Fatalf("got %+v, %v", catalogue, err)
	}
	if diff := cmp.Diff([]string{"old-secret-lives-3s"}, catalogue.On()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	one := catalogue.Defects[slices.IndexFunc(catalogue.Defects, func(d client.Defect) bool { return d.On })]
	if one.About == "" || len(one.Providers) == 0 {
		t.Errorf("got %+v", one)
	}
	if err := admin.SetDefects(ctx); err != nil || len(standIn.Defects()) != 0 {
		t.Errorf("%v; %q are on, want none", err, standIn.Defects())
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	admin, ctx := standIn.Admin(), t.Context()
	before := time.Now()
	const add = "/api/tenants/acme/applications/my-new-app/secrets"
	for _, send := range []struct{ method, path, media, body string }{
		{http.MethodPost, add, "application/json", `{}`},
		{http.MethodPost, "/connect/token", "text/plain", "words"},
		{http.MethodGet, "/nothing", "", ""},
	} {
		request, _ := http.NewRequestWithContext(ctx, send.method, standIn.BaseURL()+send.path, strings.NewReader(send.body))
		request.Header.Set("Authorization", "Bearer token")
		if send.media != "" {
			request.Header.Set("Content-Type", send.media)
		}
		response, err := standIn.HTTPClient().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	entries, err := admin.Requests(ctx)
	if err != nil || len(entries) != 3 {
		t.Fatalf("got %d entries, %v, want 3", len(entries), err)
	}
	added, refused, lost := entries[0], entries[1], entries[2]
	if added.Provider != "identity-service" || added.Operation == "" || added.Method != http.MethodPost || added.URL != add || added.Violation != "" {
		t.Errorf("got %+v", added)
	}
	if added.At.Before(before.Add(-time.Second)) || added.At.After(time.Now()) || added.Took <= 0 || added.Took > time.Minute {
		t.Errorf("got a request at %v that took %v", added.At, added.Took)
	}
	if string(added.Sent.Body) != "{}" || added.Sent.Header.Get("Content-Type") != "application/json" {
		t.Errorf("got the request %+v", added.Sent)
	}
	if !strings.Contains(string(added.Reply.Body), `"clientSecret":"[redacted #`) || added.Reply.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got the reply %s with %v", added.Reply.Body, added.Reply.Header)
	}
	if refused.Violation == "" || !strings.HasPrefix(string(refused.Sent.Body), `"`) {
		t.Errorf("got %+v, want a violation and a body that is a text", refused)
	}
	if lost.Provider != "" || lost.Status != http.StatusNotFound || lost.Sent.Body != nil || lost.ID <= added.ID {
		t.Errorf("got %+v", lost)
	}

	well, notWell := false, true
	for name, test := range map[string]struct {
		query client.Query
		want  []uint64
	}{
		"provider":   {client.Query{Provider: "identity-service"}, []uint64{added.ID, refused.ID}},
		"operation":  {client.Query{Operation: added.Operation}, []uint64{added.ID}},
		"status":     {client.Query{Status: http.StatusNotFound}, []uint64{lost.ID}},
		"after":      {client.Query{After: added.ID}, []uint64{refused.ID, lost.ID}},
		"violations": {client.Query{Violations: &notWell}, []uint64{refused.ID, lost.ID}},
		"well":       {client.Query{Violations: &well}, []uint64{added.ID}},
		"limit":      {client.Query{Limit: 1}, []uint64{lost.ID}},
	} {
		journal, err := admin.Journal(ctx, test.query)
		var got []uint64
		for _, entry := range journal.Entries {
			got = append(got, entry.ID)
		}
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" || journal.Bounds.Entries == 0 || journal.Bounds.Bytes == 0 {
			t.Errorf("%s: %+v, %v (-want +got)\n%s", name, journal.Bounds, err, diff)
		}
	}

	if err := admin.ClearRequests(ctx); err != nil {
		t.Fatal(err)
	}
	if left, err := admin.Requests(ctx); err != nil || len(left) != 0 {
		t.Errorf("got %+v, %v, want none", left, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t, mocktest.WithAdminToken(token))
	ctx := t.Context()
	stranger := client.New(standIn.BaseURL(), client.Options{})
	wrong := client.New(standIn.BaseURL(), client.Options{Token: "another-token"})
	_, noAuthority := standIn.Admin().CA(ctx)
	for name, test := range map[string]struct {
		err    error
		status int
		kind   string
	}{
		"no token":     {stranger.Reset(ctx), http.StatusUnauthorized, "unauthenticated"},
		"wrong token":  {wrong.Reset(ctx), http.StatusUnauthorized, "invalid-credentials"},
		"no defect":    {standIn.Admin().SetDefects(ctx, "nothing"), http.StatusBadRequest, "invalid"},
		"no address":   {standIn.Admin().SetPublicURL(ctx, "nowhere"), http.StatusBadRequest, "invalid"},
		"no authority": {noAuthority, http.StatusNotFound, "not-found"},
	} {
		var problem *client.Problem
		if !errors.As(test.err, &problem) {
			t.Errorf("%s: got %v, want a problem", name, test.err)
			continue
		}
		if problem.Status != test.status || problem.Kind != test.kind || problem.Type == "" || problem.Title == "" || problem.Detail == "" {
			t.Errorf("%s: got %+v", name, problem)
		}
		if text := problem.Error(); !strings.Contains(text, standIn.BaseURL()+"/__admin/") || !strings.Contains(text, problem.Detail) {
			t.Errorf("%s: got %q", name, text)
		}
	}
	if err := stranger.Ready(ctx); err != nil {
		t.Errorf("readiness is open to all: %v", err)
	}
}
