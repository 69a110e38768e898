package angusgm_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/fixtures"
)

func TestCreateAnswersWithIDAndKeyAndNoSecret(t *testing.T) {
	s := start(t)
	got := s.call(http.MethodPost, clients, admin, registration(nil))
	s.wantStatus(got, http.StatusCreated)
	want := object{"code": "S", "msg": "Success", "datetime": "2025-08-01 12:00:00", "ext": object{}, "data": object{"id": "new-id", "key": "new-client"}}
	for _, difference := range fixtures.Match(want, got.body) {
		t.Errorf("%s", difference)
	}
	if members := len(got.data()); members != 2 {
		t.Errorf("want id and key alone, got %d members", members)
	}
}

func TestCreateFillsInTheDefaults(t *testing.T) {
	s := start(t)
	s.register(object{"clientSecret": absent})
	want := object{
		"id": "new-id", "clientId": "new-client", "clientName": "New client", "clientSecret": nil, "clientSecretExpiresAt": nil,
		"clientIdIssuedAt": "2025-08-01 12:00:00", "createdDate": "2025-08-01 12:00:00", "lastModifiedDate": "2025-08-01 12:00:00",
		"createdBy": "administrator", "createdByName": "administrator", "lastModifiedBy": "administrator", "lastModifiedByName": "administrator",
		"redirectUris": []any{}, "postLogoutRedirectUris": []any{}, "description": nil, "bizTag": nil, "enabled": true,
		"platform": object{"value": "XCAN_TP", "message": "$string"}, "source": object{"value": "XCAN_SYS_TOKEN", "message": "$string"},
		"tenantId": "1", "tenantName": "Example tenant",
	}
	got := s.detail("new-id")
	for _, name := range slices.Sorted(maps.Keys(want)) {
		s.wantMember(got, name, want[name])
	}
}

func TestCreateWithoutAnIDMakesOneUp(t *testing.T) {
	s := start(t)
	for _, id := range []any{absent, nil, ""} {
		changes := object{"id": id, "clientId": "made-up", "clientName": "Made up"}
		got := s.call(http.MethodPost, clients, admin, registration(changes))
		s.wantStatus(got, http.StatusCreated)
		s.wantMember(got.data(), "id", "$uuid")
		s.wantStatus(s.call(http.MethodDelete, clients+"?ids=made-up", admin, nil), http.StatusNoContent)
	}
}

func TestCreateKeepsEveryMember(t *testing.T) {
	s := start(t)
	sent := object{
		"clientSecretExpiresAt": "2030-01-02 03:04:05", "description": "About it", "bizTag": "tag", "enabled": false,
		"redirectUris": []any{"https://a.example/x?y=1", "string"}, "postLogoutRedirectUris": []any{"https://a.example/bye"},
		"tenantId": "1", "tenantName": "Own name",
		"clientSettings": object{"number": 5, "nested": object{"list": []any{1.5, true, "x", nil}}},
		"tokenSettings":  object{"settings.token.access-token-time-to-live": 7200},
	}
	s.register(sent)
	want := maps.Clone(sent)
	want["clientSecret"] = "{noop}first"
	// Numbers come back as text.
	want["clientSettings"] = object{"number": "5", "nested": object{"list": []any{"1.5", true, "x", nil}}}
	want["tokenSettings"] = object{"settings.token.access-token-time-to-live": "7200"}
	got := s.detail("new-id")
	for _, name := range slices.Sorted(maps.Keys(want)) {
		s.wantMember(got, name, want[name])
	}
}

func TestCreateReadsListsAsSets(t *testing.T) {
	s := start(t)
	s.register(object{"scopes": []any{"b", "a", "b", "a"}})
	s.wantMember(s.detail("new-id"), "scopes", []any{"b", "a"})
}

func TestCreateIgnoresUnknownMembers(t *testing.T) {
	s := start(t)
	s.register(object{"unknown": object{"anything": 1}})
}

func TestRequiredMembers(t *testing.T) {
	s := start(t)
	empty := map[string]any{
		"clientId": " ", "clientName": "\t", "clientAuthenticationMethods": []any{}, "authorizationGrantTypes": []any{},
		"scopes": []any{}, "clientSettings": object{}, "tokenSettings": object{},
	}
	for _, name := range slices.Sorted(maps.Keys(empty)) {
		for form, value := range map[string]any{"absent": absent, "null": nil, "empty": empty[name]} {
			t.Run("POST "+name+" "+form, func(t *testing.T) {
				s := s.in(t)
				s.wantRefused(s.call(http.MethodPost, clients, admin, registration(object{name: value})), 400, "param_validation_error")
			})
			t.Run("PUT "+name+" "+form, func(t *testing.T) {
				s := s.in(t)
				body := registration(object{"id": absent, name: value})
				s.wantRefused(s.call(http.MethodPut, clients, admin, body), 400, "param_validation_error")
			})
		}
	}
	if got := s.call(http.MethodGet, clients+"?clientId=new-client", admin, nil); got.status != 200 || len(got.body["data"].([]any)) != 0 {
		t.Errorf("want no client after refusals, got %s", got.text)
	}
}

func TestLengths(t *testing.T) {
	s := start(t)
	longest := map[string]int{
		"id": 40, "clientId": 100, "clientSecret": 200, "clientName": 200, "description": 200, "bizTag": 80, "tenantName": 100,
	}
	for name, length := range longest {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			// Each fits to the last character, and only the one under test is long.
			fits := registration(object{"id": "id-" + name, "clientId": "client-" + name, "clientName": "Name " + name, name: strings.Repeat("ü", length)})
			s.wantStatus(s.call(http.MethodPost, clients, admin, fits), http.StatusCreated)
			long := registration(object{name: strings.Repeat("ü", length+1)})
			s.wantRefused(s.call(http.MethodPost, clients, admin, long), 400, "param_validation_error")
			s.wantRefused(s.call(http.MethodPut, clients, admin, long), 400, "param_validation_error")
			if name == "clientId" || name == "tenantName" {
				return // no members of an update
			}
			patch := changed(object{"id": serviceID}, object{name: strings.Repeat("ü", length+1)})
			s.wantRefused(s.call(http.MethodPatch, clients, admin, patch), 400, "param_validation_error")
		})
	}
}

func TestTakenNames(t *testing.T) {
	shared := start(t)
	cases := map[string]struct {
		changes object
		names   string
	}{
		"clientId":                     {object{"clientId": "example-service"}, "Client[example-service]"},
		"clientId of a foreign tenant": {object{"clientId": "another-service"}, "Client[another-service]"},
		"clientName":                   {object{"clientName": "Example service"}, "Client[Example service]"},
		"id":                           {object{"id": serviceID}, "Client[" + serviceID + "]"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			got := s.call(http.MethodPost, clients, admin, registration(c.changes))
			s.wantRefused(got, 409, "resource_already_exists")
			if message, _ := got.body["msg"].(string); !strings.Contains(message, c.names) {
				t.Errorf("want a message with %s, got %q", c.names, message)
			}
		})
	}
}
