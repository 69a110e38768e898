package identityservice_test

import (
	"net/http"
	"testing"
)

func TestExpirationDate(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		// want is what the list shows; refused means a 400 that changes nothing.
		want    string
		refused bool
	}{
		"no body":               {body: ``},
		"empty object":          {body: `{}`},
		"null":                  {body: `{"expirationDate": null}`},
		"UTC":                   {body: `{"expirationDate": "2027-01-01T00:00:00Z"}`, want: "2027-01-01T00:00:00Z"},
		"offset":                {body: `{"expirationDate": "2027-01-01T00:00:00-05:30"}`, want: "2027-01-01T05:30:00Z"},
		"fraction":              {body: `{"expirationDate": "2027-01-01T00:00:00.1234567Z"}`, want: "2027-01-01T00:00:00.1234567Z"},
		"one nanosecond ahead":  {body: `{"expirationDate": "2026-06-01T12:00:00.000000001Z"}`, want: "2026-06-01T12:00:00.000000001Z"},
		"last instant":          {body: `{"expirationDate": "9999-12-31T23:59:59.9999999Z"}`, want: "9999-12-31T23:59:59.9999999Z"},
		"unknown member":        {body: `{"lifetime": 1}`},
		"now":                   {body: `{"expirationDate": "2026-06-01T12:00:00Z"}`, refused: true},
		"past":                  {body: `{"expirationDate": "2020-01-01T00:00:00Z"}`, refused: true},
		"year 1, the zero time": {body: `{"expirationDate": "0001-01-01T00:00:00Z"}`, refused: true},
		"year 10000 in UTC":     {body: `{"expirationDate": "9999-12-31T23:59:59-01:00"}`, refused: true},
		"no offset":             {body: `{"expirationDate": "2027-01-01T00:00:00"}`, refused: true},
		"date only":             {body: `{"expirationDate": "2027-01-01"}`, refused: true},
		"impossible offset":     {body: `{"expirationDate": "2027-01-01T00:00:00+99:00"}`, refused: true},
		"impossible day":        {body: `{"expirationDate": "2027-02-31T00:00:00Z"}`, refused: true},
		"hour of one digit":     {body: `{"expirationDate": "2027-01-01T1:00:00Z"}`, refused: true},
		"comma":                 {body: `{"expirationDate": "2027-01-01T00:00:00,5Z"}`, refused: true},
		"empty text":            {body: `{"expirationDate": ""}`, refused: true},
		"words":                 {body: `{"expirationDate": "tomorrow"}`, refused: true},
		"number":                {body: `{"expirationDate": 1798761600}`, refused: true},
		"boolean":               {body: `{"expirationDate": false}`, refused: true},
		"object":                {body: `{"expirationDate": {}}`, refused: true},
		"bare text":             {body: `"2027-01-01T00:00:00Z"`, refused: true},
		"given twice":           {body: `{"expirationDate": null, "expirationDate": "2027-01-01T00:00:00Z"}`, refused: true},
		"broken JSON":           {body: `{"expirationDate": `, refused: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			got := s.send(request{Method: http.MethodPost, Path: secretsPath, Authorization: "Bearer token", Body: test.body})
			if test.refused {
				wantProblem(t, got, http.StatusBadRequest)
				if all := s.list(); len(all) != 1 {
					t.Errorf("got %d listed secrets after a refusal, want 1", len(all))
				}
				return
			}
			if got.status != http.StatusOK {
				t.Fatalf("got status %d, want 200: %s", got.status, got.text)
			}
			s.wantToken("the new secret", got.member("clientSecret"), http.StatusOK)
			shown := ""
			if expiry := s.list()[1].Expiry; expiry != nil {
				shown = *expiry
			}
			if shown != test.want {
				t.Errorf("got expiry %q, want %q", shown, test.want)
			}
		})
	}
}
