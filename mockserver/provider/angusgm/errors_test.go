package angusgm_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/fixtures"
)

func TestErrorMap(t *testing.T) {
	shared := start(t)
	for name, c := range map[string]struct {
		method, path, token, media, body string

		status int
		key    string
	}{
		"unknown route":    {http.MethodGet, "/api/v1/auth/nothing", admin, "", "", 404, "handler_not_found"},
		"odd route":        {http.MethodGet, "/api/v1/%ff?access_token=x", admin, "", "", 404, "handler_not_found"},
		"slash at the end": {http.MethodGet, clients + "/", admin, "", "", 404, "handler_not_found"},
		"wrong method":     {http.MethodPost, clients + "/" + serviceID, admin, "", "", 405, "method_not_supported"},
		"too large":        {http.MethodPost, clients, admin, "application/json", strings.Repeat(" ", 1<<20+1), 413, "protocol_error"},
		"wrong media type": {http.MethodPost, clients, admin, "text/plain", "{}", 415, "media_type_not_supported"},
		"no media type":    {http.MethodPatch, clients, admin, "", "{}", 415, "media_type_not_supported"},
		"broken JSON":      {http.MethodPost, clients, admin, "application/json", `{"id":`, 400, "param_parsing_error"},
		"duplicate member": {http.MethodPatch, clients, admin, "application/json", `{"id":"a","id":"b"}`, 400, "param_parsing_error"},
		"no body":          {http.MethodPost, clients, admin, "application/json", "", 400, "param_missing"},
		"array":            {http.MethodPost, clients, admin, "application/json", "[]", 400, "param_validation_error"},
		"null":             {http.MethodPut, clients, admin, "application/json", "null", 400, "param_validation_error"},
		"wrong type":       {http.MethodPatch, clients, admin, "application/json", `{"id":"a","scopes":"b"}`, 400, "param_validation_error"},
		"filter twice":     {http.MethodGet, clients + "?id=a&id=b", admin, "", "", 400, "param_parsing_error"},
		"broken query":     {http.MethodGet, clients + "?id=%zz", admin, "", "", 400, "param_parsing_error"},
		"reader writes":    {http.MethodPatch, clients, reader, "application/json", `{"id":"a"}`, 403, "forbidden"},
		"unknown id":       {http.MethodGet, clients + "/unknown", admin, "", "", 404, "resource_not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			got := s.send(c.method, c.path, c.token, c.media, c.body)
			s.wantRefused(got, c.status, c.key)
			want := object{"code": "E0", "msg": "$string", "data": "$string", "datetime": "2025-08-01 12:00:00", "ext": object{"eKey": c.key}}
			for _, difference := range fixtures.Match(want, got.body) {
				t.Errorf("%s", difference)
			}
			if strings.Contains(got.text, "access_token") {
				t.Errorf("want no query in a refusal, got %s", got.text)
			}
		})
	}
}

func TestWrongMethodNamesTheRightOnes(t *testing.T) {
	s := start(t)
	got := s.call(http.MethodPost, clients+"/"+serviceID, admin, nil)
	if allow := got.header.Get("Allow"); allow != "GET, HEAD" {
		t.Errorf("want Allow %q, got %q", "GET, HEAD", allow)
	}
}

func TestRefusalsDoNotRepeatALongMethod(t *testing.T) {
	s := start(t)
	method := strings.Repeat("LONG", 1000)
	for path, status := range map[string]int{"/api/v1/auth/nothing": 404, clients: 405} {
		got := s.call(method, path, admin, nil)
		s.wantStatus(got, status)
		if len(got.text) > 500 {
			t.Errorf("want a bounded message, got %d bytes", len(got.text))
		}
	}
}

func TestRefusalsNameTheResource(t *testing.T) {
	s := start(t)
	got := s.call(http.MethodGet, clients+"/no%2Fsuch", admin, nil)
	s.wantRefused(got, 404, "resource_not_found")
	s.wantMember(got.body, "msg", "Not found resource Client[no/such]")
}

func TestRefusalsShowNoSecret(t *testing.T) {
	s := start(t)
	secret := strings.Repeat("S3cr3t", 40)
	got := s.call(http.MethodPost, clients, admin, registration(object{"clientSecret": secret}))
	s.wantRefused(got, 400, "param_validation_error")
	if strings.Contains(got.text, "S3cr3t") || strings.Contains(got.header.Get("Keyturn-Violation"), "S3cr3t") {
		t.Errorf("want no secret in a refusal, got %s", got.text)
	}
}
