package profile_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/profile"
)

func TestMisformed(t *testing.T) {
	t.Parallel()
	list := builtin(t, "identity-service").Route("list_secrets")
	problem := builtin(t, "identity-service").Route("rotate")
	angus := builtin(t, "angusgm").Route("read")
	tests := map[string]struct {
		route      *profile.Route
		status     int
		media      string
		body       string
		want       []string // pointers
		documented bool
	}{
		"right":         {list, 200, "application/json", `[{"clientSecretId":"3f0c6b1e-8a52-4d7f-9c36-5e1b7a90d248","clientSecretExpirationDate":null,"deleted":false}]`, nil, true},
		"no uuid":       {list, 200, "application/json", `[{"clientSecretId":"17","clientSecretExpirationDate":"tomorrow","deleted":false}]`, []string{"/0/clientSecretExpirationDate", "/0/clientSecretId"}, true},
		"missing":       {list, 200, "application/json", `[{"deleted":"no"}]`, nil, true},
		"no int32":      {problem, 400, "application/problem+json", `{"type":null,"title":null,"status":3000000000,"detail":null,"instance":null}`, []string{"/status"}, true},
		"a pattern":     {angus, 200, "application/json", `{"code":"S","msg":"ok","datetime":"now","ext":{},"data":{}}`, []string{"/datetime"}, true},
		"another media": {list, 200, "text/html", `[]`, nil, false},
		"no media type": {list, 200, "", `[]`, nil, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := profile.Decode([]byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			breaches, documented := test.route.Misformed(test.status, http.Header{"Content-Type": {test.media}}, body)
			var got []string
			for _, breach := range breaches {
				got = append(got, breach.Pointer)
			}
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" || documented != test.documented {
				t.Errorf("documented is %v, breaches (-want +got):\n%s", documented, diff)
			}
		})
	}
}

// TestShown is which providers have what the checks of shown values need.
func TestShown(t *testing.T) {
	t.Parallel()
	for provider, want := range map[string]struct {
		attribute, expiry bool
		names             []string // routes
	}{
		"angusgm":          {true, false, []string{"read", "replace"}},
		"authing-v2":       {true, false, []string{"read", "rotate", "update"}},
		"genauth-v3":       {true, false, []string{"read"}},
		"identity-service": {false, true, []string{"delete_secret", "read", "rotate"}},
	} {
		bound := builtin(t, provider)
		var names []string
		for _, route := range bound.Routes() {
			if bound.NamesClient(route) {
				names = append(names, route.Name)
			}
		}
		if diff := cmp.Diff(want.names, names); diff != "" || bound.ShowsAttribute() != want.attribute || bound.ShowsExpiry() != want.expiry {
			t.Errorf("%s: attribute %v, expiry %v, (-want +got):\n%s", provider, bound.ShowsAttribute(), bound.ShowsExpiry(), diff)
		}
	}
	if scope := builtin(t, "identity-service"); !slices.Equal(scope.Naming(scope.Route("rotate")), []string{"client_id", "tenant"}) {
		t.Errorf("a rotation names its client by %q", scope.Naming(scope.Route("rotate")))
	}
}

func TestFailurePointersAreChecked(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"{id: code}", "{always: [code]}", `{only: [""]}`} {
		_, err := profile.File(write(t, minimal+"failure: "+wrong+"\n", document))
		if err == nil || !strings.Contains(err.Error(), "is no pointer into a body") {
			t.Errorf("%s: error is %v", wrong, err)
		}
	}
	if _, err := profile.File(write(t, minimal+"failure: {id: /code, always: [/code], only: [/code]}\n", document)); err != nil {
		t.Error(err)
	}
}
