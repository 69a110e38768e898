package report

import (
	"fmt"
	"time"
)

// hostile is text that a target may send and that no form may act upon.
const hostile = "<script>alert(\"x\")</script> | `code` *bold* [a](javascript:alert(1))\n\x1b[31mred\x1b[0m \u202eright to left ]]> & 密钥 🗝 \"'"

var (
	rfc6749  = Source{Kind: "rfc", Text: "RFC 6749 section 5.2", URL: "https://www.rfc-editor.org/rfc/rfc6749#section-5.2"}
	rfc9110  = Source{Kind: "rfc", Text: "RFC 9110 section 15.5.2", URL: "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2"}
	rfc9110b = Source{Kind: "rfc", Text: "RFC 9110 section 9.3.5", URL: "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.5"}
	document = Source{Kind: "document", Text: "KR-14: DELETE …/secrets/{id}, 204"}
	practice = Source{Kind: "practice", Text: "A window of two live secrets, so that no caller is cut off"}
)

// sample has every verdict, rotations of every kind and text from a hostile target.
func sample() *Report {
	started := time.Date(2026, 11, 22, 1, 30, 12, 250e6, time.UTC)
	r := &Report{
		Schema: Schema, Outcome: Nonconformant, Exit: 5,
		Summary:   "4 of 23 checks failed, 3 apply and could not be tested, and one client was left behind.",
		Tool:      Tool{Name: "keyturn", Version: "1.4.0"},
		Catalogue: Catalogue{Version: "2026.1", Digest: "9b1f0c52a3e84d7790c1f2e6ab34d5986e7f00112233445566778899aabbccdd", Checks: 86},
		Profile: Profile{
			Provider: "identity-service", Title: "Identity Service Key Rotation",
			Digest: "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce",
			Policy: map[string]string{
				"rotation_mode": "add", "max_live_secrets": "5", "overflow": "refuse", "delete_effect": "soft",
				"delete_last": "allow", "readback": "never", "token_effect": "keep", "accept_within": "5s", "refuse_within": "30s",
			},
		},
		Target: Target{
			URL:       "https://id.example.com/api/tenants/acme",
			Identity:  map[string]string{"Server": "identity-service/4.2", "X-Build": hostile},
			ClockSkew: new(-1.204),
		},
		Run: RunFacts{
			ID: "run-7f3a91", Mode: "standard", Seed: 8412, Checks: "", FailOn: "must", Started: started,
			Ended: started.Add(3*time.Minute + 41*time.Second + 480*time.Millisecond), Requests: 1284, Throttled: 3, Concurrency: 8,
			Principals: []string{"admin", "reader"},
		},
		Oracle:    Oracle{Kind: "revoke", Proof: "a good secret got 200, a bad one 401 with invalid_client", Probes: 412},
		Results:   sampleResults(),
		Rotations: sampleRotations(),
		Leftovers: []Leftover{{Kind: "client", ID: "kt-7f3a91-03", Name: "keyturn run-7f3a91 canary", Cause: "DELETE got 503 three times"}},
		Residue:   []Leftover{{Kind: "secret", ID: "sec-0081", Name: "", Cause: "soft deletion keeps it listed"}, {Kind: "secret", ID: "sec-0082", Cause: "soft deletion keeps it listed"}},
		Stale:     []string{"SEC-002 until 2027-01-31: the check passes"},
		Notes: []string{
			"The target answered 429 three times; the waits count in the latencies.",
			"Its clock is 1.2 s behind ours, so bounds below two seconds were not judged.",
		},
	}
	r.Counts = Count(r.Results)
	return r
}

func sampleResults() []Result {
	results := []Result{
		passed("AUTH-001", "Authentication", "MUST", "A request without credentials is refused", rfc9110),
		passed("AUTH-002", "Authentication", "MUST", "A wrong credential is refused", rfc9110),
		warned(),
		passed("ROT-001", "Rotation", "MUST", "A new secret is accepted within the declared bound", document),
		failedRotation(),
		passed("ROT-003", "Rotation", "POLICY", "The old secret lives on for as long as is declared", document, practice),
		{ID: "ROT-004", Verdict: Untested, Title: "A secret stops at its expiry", Level: "MUST", Safety: "wait", Statement: "A secret with an expiry is refused from that instant on.", Why: "An expiry that is not kept is a promise to auditors only.", Fix: "Compare with the clock at each use.", Sources: []Source{document}, Message: "the shortest expiry that the target takes, 24 h, is longer than the run may last (15 min)"},
		{ID: "ROT-005", Verdict: NotApplicable, Title: "The oldest secret makes room for a new one", Level: "POLICY", Safety: "write", Statement: "Above the cap the oldest secret is evicted.", Message: "the profile declares overflow: refuse", Sources: []Source{document}},
		passed("SEC-001", "Secrets", "MUST", "Two rotations never give the same secret", practice),
		passed("SEC-002", "Secrets", "SHOULD", "A secret holds at least 128 bits", practice),
		failedEcho(),
		{ID: "SEC-004", Verdict: Info, Title: "Length and alphabet of the secrets", Level: "INFO", Safety: "write", Statement: "What the secrets look like is told.", Message: "43 characters of base64url: at most 258 bits", Sources: []Source{practice}},
		passed("DEL-001", "Deletion", "MUST", "A deleted secret is refused", document, rfc9110b),
		{
			ID: "DEL-002", Verdict: Review, Title: "Status of a second deletion", Level: "REVIEW", Safety: "write", Statement: "Deleting twice answers in one of the two ways that the page allows.",
			Why: "Clients that retry see the second answer.", Fix: "Say on the page which one it is.", Sources: []Source{document, rfc9110b},
			Message:   "the second DELETE got 404; the page speaks of 204 for a deleted secret and of 404 for an unknown one",
			Findings:  []Finding{{Verdict: Review, Message: "Two readings stand", Expected: "204, or 404", Observed: "404", Exchanges: []int{2}}},
			Exchanges: []Exchange{line(1, "delete", "DELETE", "/applications/app-1/secrets/s1", 204), full(2, "delete", "DELETE", "/applications/app-1/secrets/s1", "", 404, `{"error":"not_found"}`)},
		},
		waived(),
		{ID: "TEN-001", Verdict: Untested, Title: "A foreign tenant's client is out of reach", Level: "MUST", Safety: "read", Statement: "Another tenant's administrator neither sees nor changes a client.", Why: "Tenants trust this wall.", Sources: []Source{practice}, Message: "no credential of a second tenant was given: set principals.foreign"},
		{ID: "TEN-002", Verdict: Untested, Title: "Foreign and unknown clients look alike", Level: "SHOULD", Safety: "read", Statement: "The answer does not tell whether a foreign client exists.", Sources: []Source{practice}, Message: "no credential of a second tenant was given: set principals.foreign"},
		{ID: "TEN-003", Verdict: NotApplicable, Title: "Organisations are walls inside a tenant", Level: "MUST", Safety: "read", Statement: "An organisation's administrator sees only its own.", Message: "the profile declares no organisations"},
		failedRace(),
		{
			ID: "CON-002", Verdict: Error, Title: "Concurrent additions respect the cap", Level: "MUST", Safety: "disruptive", Statement: "Never more live secrets than the cap.", Sources: []Source{practice},
			Message:   "the check gave up: 8 connections were asked for and 3 could be opened",
			Exchanges: []Exchange{{Number: 1, Label: "add", Method: "POST", URL: "https://id.example.com/api/tenants/acme/applications/app-1/secrets", Error: "dial tcp 192.0.2.10:443: connect: connection refused", StartMS: 180_400, DurationMS: 12}},
		},
		hostileResult(),
		passed("HYG-002", "Hygiene", "MUST", "Answers with a secret are not stored by caches", rfc6749),
		passed("HYG-003", "Hygiene", "MUST", "Bodies are valid JSON in UTF-8", rfc6749),
	}
	names := map[string]string{"AUTH": "Authentication", "ROT": "Rotation", "SEC": "Secrets", "DEL": "Deletion", "TEN": "Tenancy", "CON": "Concurrency", "HYG": "Hygiene"}
	for i := range results {
		r := &results[i]
		r.Family = r.ID[:len(r.ID)-4]
		r.FamilyName = names[r.Family]
		r.DurationMS = float64(40 + 137*i)
	}
	return results
}

func passed(id, _, level, title string, sources ...Source) Result {
	return Result{
		ID: id, Verdict: Pass, Title: title, Level: level, Safety: "write", Statement: title + ".",
		Why: "Callers build on it.", Fix: "Keep it so.", Sources: sources, Message: "as promised",
		Exchanges: []Exchange{line(1, "add", "POST", "/applications/app-1/secrets", 201), line(2, "probe", "POST", "/connect/revocation", 200)},
	}
}

func warned() Result {
	return Result{
		ID: "AUTH-003", Verdict: Warn, Title: "A refusal says how to authenticate", Level: "SHOULD", Safety: "read",
		Statement: "A 401 carries a WWW-Authenticate header with a challenge.", Why: "Clients choose their scheme by it.",
		Fix: "Add WWW-Authenticate: Bearer to every 401.", Sources: []Source{rfc9110}, Message: "401 without a challenge",
		Findings:  []Finding{{Verdict: Warn, Message: "No WWW-Authenticate header", Expected: "WWW-Authenticate: Bearer …", Observed: "no such header", Exchanges: []int{1}}},
		Exchanges: []Exchange{full(1, "list", "GET", "/applications/app-1/secrets", "", 401, `{"error":"unauthorized"}`)},
	}
}

func failedRotation() Result {
	r := Result{
		ID: "ROT-002", Verdict: Fail, Title: "A deleted secret is refused within the declared bound", Level: "POLICY", Safety: "write",
		Statement: "Once a deletion is acknowledged, the secret is refused for good within refuse_within.",
		Why:       "A leaked secret that was deleted is still a leaked secret while it is accepted.",
		Fix:       "Invalidate cached credentials when one is deleted, on every node, before the deletion is acknowledged.",
		Sources:   []Source{document, rfc6749}, Message: "still accepted 41.4 s after the acknowledgement; 30 s are declared",
		Findings: []Finding{{Verdict: Fail, Message: "The old secret S1#a1b2 was accepted after the bound", Expected: "refused from 30 s on", Observed: "accepted at 41.4 s", Exchanges: []int{1, 3}}},
		Steps:    []string{"Prime caches with the old secret over three connections.", "Delete the old secret.", "Ask the oracle until both answers have settled."},
		Omitted:  18,
	}
	r.Exchanges = append(r.Exchanges, full(1, "delete", "DELETE", "/applications/app-1/secrets/sec-0071", "", 204, ""))
	for n := 2; n <= 12; n++ {
		status, body := 200, ""
		if n > 5 {
			status, body = 401, `{"error":"invalid_client","error_description":"client authentication failed"}`
		}
		r.Exchanges = append(r.Exchanges, full(n, "probe", "POST", "/connect/revocation", "client_id=app-1&client_secret=S1%23a1b2&token=none", status, body))
	}
	return r
}

func failedEcho() Result {
	return Result{
		ID: "SEC-003", Verdict: Fail, Title: "A secret is told once", Level: "MUST", Safety: "write",
		Statement: "A list never holds a secret in the clear.", Why: "Whoever may read would be whoever may sign in.",
		Fix: "Keep a hash, and list only the identifier and the dates.", Sources: []Source{document, practice},
		Message: "the list holds the secret of sec-0071",
		Findings: []Finding{
			{Verdict: Fail, Message: "The member value holds S1#a1b2", Expected: "no member that holds a secret", Observed: `"value": "S1#a1b2"`, Exchanges: []int{2}},
			{Verdict: Fail, Message: "The member value holds S2#c3d4", Observed: `"value": "S2#c3d4"`, Exchanges: []int{2}, Cause: "ROT-002"},
		},
		Exchanges: []Exchange{
			full(1, "add", "POST", "/applications/app-1/secrets", `{"displayName":"keyturn"}`, 201, `{"id":"sec-0072","value":"S2#c3d4"}`),
			full(2, "list", "GET", "/applications/app-1/secrets", "", 200, `{"items":[{"id":"sec-0071","value":"S1#a1b2","deleted":true},{"id":"sec-0072","value":"S2#c3d4","deleted":false}],"total":2}`),
		},
	}
}

func waived() Result {
	r := warned()
	r.ID, r.Verdict, r.Level, r.Title = "DEL-003", Waived, "MUST", "The last secret may be deleted"
	r.Statement = "Deleting the last live secret is allowed, as declared."
	r.Message = "409 for the last secret"
	r.Why, r.Fix = "A client that is retired has to be disarmed at once.", "Let the last secret go, or declare delete_last: refuse."
	r.Sources = []Source{document}
	r.Findings = []Finding{{Verdict: Fail, Message: "Refused", Expected: "204", Observed: "409", Exchanges: []int{1}}}
	r.Waiver = &Waiver{Check: "DEL-003", Reason: "fixed in 4.3, which is rolled out in December", Owner: "identity platform", Link: "https://tracker.example.com/4711", Expires: "2026-12-31"}
	return r
}

func failedRace() Result {
	r := failedEcho()
	r.ID, r.Title = "CON-001", "Of two rotations at once, both secrets are known to work"
	r.Message = "two calls were acknowledged and one of the secrets never worked"
	r.Statement = "Each acknowledged addition leaves a secret that is accepted."
	r.Why, r.Fix = "A caller that was told its secret stores it and throws the old one away.", "Write the secrets of a client under one lock, or with a compare and swap."
	r.Sources = []Source{practice}
	r.Findings = []Finding{{Verdict: Fail, Message: "S7#0f0f was acknowledged and never accepted", Expected: "accepted within 5 s", Observed: "refused 40 times in 20 s", Exchanges: []int{1}, Cause: "SEC-003", History: sampleHistory()}}
	return r
}

// sampleHistory is two rotations that meet beside one whose answer was lost, and what
// was told of their secrets once all was quiet.
func sampleHistory() *History {
	list := []Operation{
		{Lane: 1, Name: "rotate", Argument: "S2#c3d4", Result: "ok", CallUS: 0, ReturnUS: new(int64(11_240))},
		{Lane: 2, Name: "rotate", Argument: "S3#e5f6", Result: "ok", CallUS: 2_810, ReturnUS: new(int64(14_020))},
		{Lane: 3, Name: "rotate", Result: "no answer", CallUS: 5_640, Open: true},
		{Lane: 4, Name: "probe", Argument: "S1#a1b2", Result: "accepted", CallUS: 6_100, ReturnUS: new(int64(6_900))},
		{Lane: 4, Name: "rotate", Argument: "S4#9e9e", Result: "unknown (HTTP 500)", CallUS: 7_000, ReturnUS: new(int64(9_300)), Open: true},
		{Lane: 1, Name: "probe", Argument: "S2#c3d4", Result: "accepted", CallUS: 11_900, ReturnUS: new(int64(12_700))},
		{Name: "probe", Argument: "S2#c3d4", Result: "accepted", CallUS: 5_014_200, ReturnUS: new(int64(5_015_100))},
		{Name: "probe", Argument: "S3#e5f6", Result: "accepted", CallUS: 5_015_300, ReturnUS: new(int64(5_016_250)), Illegal: true, Exchange: 2},
		{Name: "probe", Argument: "S4#9e9e", Result: "refused", CallUS: 5_016_300, ReturnUS: new(int64(5_017_000))},
	}
	for i := range list {
		list[i].Number, list[i].Client = i+1, "keyturn-7f3a91-12"
	}
	return &History{
		Client: "keyturn-7f3a91-12", StartMS: 180_412.5, Operations: list, Order: []int{4, 2, 1, 6, 7},
		Reason: "it accepts S3#e5f6, where S2#c3d4 is the one that works",
	}
}

func hostileResult() Result {
	return Result{
		ID: "HYG-001", Verdict: Fail, Title: "What a caller sends is not sent back as <b>markup</b>", Level: "MUST", Safety: "read",
		Statement: "An error | does not echo input " + hostile, Why: hostile, Fix: hostile, Message: hostile,
		Sources: []Source{{Kind: "practice", Text: hostile, URL: "javascript:alert(1)"}},
		Steps:   []string{hostile},
		Findings: []Finding{{Verdict: Fail, Message: hostile, Expected: hostile, Observed: hostile, Exchanges: []int{1}, History: &History{
			Client: hostile, Reason: hostile, Operations: []Operation{{Number: 1, Lane: 1, Client: hostile, Name: hostile, Argument: hostile, Result: hostile, Illegal: true}},
		}}},
		Exchanges: []Exchange{{
			Number: 1, Label: hostile, Method: "GET", URL: "https://id.example.com/<script>?a=|", Status: 400, StartMS: 200_000, DurationMS: 3.2,
			Request:  &Message{Headers: []string{"Accept: " + hostile}, Body: hostile},
			Response: &Message{Headers: []string{"Content-Type: text/html"}, Body: hostile + "</pre></details>", Cut: 40_213},
			Curl:     "curl 'https://id.example.com/<script>?a=|' -H 'Accept: " + hostile + "'",
		}},
	}
}

func line(n int, label, method, path string, status int) Exchange {
	return Exchange{Number: n, Label: label, Method: method, URL: "https://id.example.com/api/tenants/acme" + path, Status: status, StartMS: float64(1000 * n), DurationMS: 18.4 + float64(n)}
}

func full(n int, label, method, path, request string, status int, response string) Exchange {
	x := line(n, label, method, path, status)
	x.Request = &Message{Headers: []string{"Accept: application/json", "Authorization: Bearer {admin}"}, Body: request}
	x.Response = &Message{Headers: []string{"Content-Type: application/json", "Date: Sun, 22 Nov 2026 01:31:02 GMT", "Server: identity-service/4.2"}, Body: response}
	x.Curl = fmt.Sprintf("curl -X %s '%s' \\\n  -H 'Accept: application/json' \\\n  -H \"Authorization: Bearer $ADMIN_TOKEN\"", method, x.URL)
	return x
}

func sampleRotations() []Rotation {
	late := Rotation{Check: "ROT-002", Client: "app-1", Kind: "delete", TookMS: 180, Awaited: []string{"refused"}, RefusedMS: new(42_200.0), RefuseWithin: 30_000}
	for at := -2000.0; at <= 60_000; at += 850 {
		answer := "accepted"
		if at > 41_800 {
			answer = "refused"
		}
		late.Probes = append(late.Probes, Probe{AtMS: at, Secret: "S1#a1b2", Role: "old", Answer: answer})
	}
	late.Probes[31].Answer = "unclear"
	all := []Rotation{late}
	for i := range 4 {
		accepted, refused := 5+14*float64(i), 37+21*float64(i)
		r := Rotation{Check: "ROT-001", Client: fmt.Sprintf("app-%d", i+2), Kind: "rotate", TookMS: 44, Awaited: []string{"accepted", "refused"}, AcceptedMS: &accepted, RefusedMS: &refused, AcceptWithin: 5000, RefuseWithin: 200}
		if i == 3 {
			r.RefusedMS, r.AcceptWithin = nil, 0
		}
		for at := -40.0; at < 180; at += 7 {
			old, fresh := "accepted", "refused"
			if at >= refused && i != 3 {
				old = "refused"
			}
			if at+3 >= accepted {
				fresh = "accepted"
			}
			r.Probes = append(r.Probes, Probe{AtMS: at, Secret: "S1#a1b2", Role: "old", Answer: old})
			if at >= 0 {
				r.Probes = append(r.Probes, Probe{AtMS: at + 3, Secret: "S2#c3d4", Role: "new", Answer: fresh})
			}
		}
		all = append(all, r)
	}
	added := 2210.0
	return append(all, Rotation{Check: "ROT-003", Client: "app-9", Kind: "add", TookMS: 90, Awaited: []string{"accepted"}, AcceptedMS: &added, AcceptWithin: 5000, Probes: []Probe{
		{AtMS: 4, Secret: "S4#9e9e", Role: "new", Answer: "refused"},
		{AtMS: 1105, Secret: "S4#9e9e", Role: "new", Answer: "refused"},
		{AtMS: 2210, Secret: "S4#9e9e", Role: "new", Answer: "accepted"},
		{AtMS: 3300, Secret: "S4#9e9e", Role: "new", Answer: "accepted"},
	}})
}
