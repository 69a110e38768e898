package journal

import (
	"net/http"
	"testing"
)

func TestGraphQLValuesAreSecrets(t *testing.T) {
	for body, want := range map[string]string{
		`{"query":"query($u:String!,$s:String!){accessToken(userPoolId:$u,secret:$s){accessToken}}","variables":{"u":"a","s":"b"}}`: `map[query:query($u:String!,$s:String!){accessToken(userPoolId:$u,secret:$s){accessToken}} variables:map[s:[] u:[]]]`,
		`{"query":"{ f(a: \"x\", b: \"\"\"y\"\"\") }","operationName":"f"}`:                                                         `map[operationName:f query:{ f(a: "[]", b: """[]""") }]`,
		`{"query":"# it's \"\n{ f(a: \"x # y\", b: \"z\\\"\") }"}`:                                                                  "map[query:# it's \"\n{ f(a: \"[]\", b: \"[]\") }]",
		`{"query":"{ f(a: \"x"}`: `map[query:{ f(a: "[]]`,
		`[{"query":"{ f(a: \"x\") }","variables":[{"s":["b",{"t":7}],"n":null}]}]`: `[map[query:{ f(a: "[]") } variables:[map[n:<nil> s:[[] map[t:[]]]]]]]`,
		`{"query":"{ f }","variables":"{\"s\":\"b\"}"}`:                            `map[query:{ f } variables:{"s":"[]"}]`,
		`{"query":"{ f }","variables":"odd"}`:                                      `map[query:{ f } variables:[]]`,
	} {
		for _, target := range []string{"/graphql/v2", "/gr%61phql/v2", "/x/GraphQL?a=b"} {
			shown := redactOne(t, Entry{Target: target, RequestHeader: http.Header{"Content-Type": {"application/json"}}, RequestBody: []byte(body)})
			if got := withoutDigits(shown.Request.Body); got != want {
				t.Errorf("%s\ngot  %s\nwant %s", body, got, want)
			}
		}
	}
}

func TestGraphQLInAQueryString(t *testing.T) {
	const target = `/graphql/v2?query=%7Bf(a:%22x%22)%7D&variables=%7B%22s%22:%22y%22%7D`
	if got, want := withoutDigits(redactOne(t, Entry{Target: target}).URL), `/graphql/v2?query={f(a:"[]")}&variables={"s":"[]"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Of an identifier only the place is taken for a secret's, so that the id of a user
// pool stays readable in every other request.
func TestGraphQLValuesElsewhere(t *testing.T) {
	shown := NewRedactor().Redact([]Entry{
		{Target: "/graphql/v2", RequestBody: []byte(`{"query":"{ f(poolId: \"other-pool-id\", s: \"other-secret\") }","variables":{"userPoolId":"the-pool-id","s":"the-secret"}}`)},
		{Target: "/the-pool-id/the-secret/other-pool-id/other-secret"},
	}, nil, all)
	if got, want := withoutDigits(shown[1].URL), "/the-pool-id/[]/other-pool-id/[]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := withoutDigits(shown[0].Request.Body), `map[query:{ f(poolId: "[]", s: "[]") } variables:map[s:[] userPoolId:[]]]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSecretsKnownBeforehand(t *testing.T) {
	entries := []Entry{{Target: "/x?q=held-secret&token_type_hint=token"}}
	shown := NewRedactor().Redact(entries, []string{"held-secret", "token", ""}, all)
	if got, want := withoutDigits(shown[0].URL), "/x?q=[]&token_type_hint=token"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
