package angusgm_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"
)

// everything is a value for each member that an update may change.
var everything = object{
	"clientSecret": "{noop}second", "clientSecretExpiresAt": "2031-01-01 00:00:00", "clientName": "Renamed",
	"clientAuthenticationMethods": []any{"client_secret_basic"}, "authorizationGrantTypes": []any{"refresh_token"},
	"redirectUris": []any{"https://b.example/"}, "postLogoutRedirectUris": []any{"https://b.example/bye"}, "scopes": []any{"three"},
	"clientSettings": object{"c": "d"}, "tokenSettings": object{"e": "f"}, "description": "Other", "enabled": false, "bizTag": "other",
}

// full registers a client of which no changeable member is empty.
func (s standIn) full() object {
	s.t.Helper()
	s.register(object{
		"clientSecretExpiresAt": "2030-01-01 00:00:00", "redirectUris": []any{"https://a.example/"},
		"postLogoutRedirectUris": []any{"https://a.example/bye"}, "description": "About it", "bizTag": "tag",
		"platform": "XCAN_OP", "source": "XCAN_OP_SIGNIN", "tenantName": "Own name",
	})
	return s.detail("new-id")
}

// wantOnly demands that of all members only those in want have changed.
func (s standIn) wantOnly(before object, want object) {
	s.t.Helper()
	after := s.detail("new-id")
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if name == "lastModifiedDate" {
			continue
		}
		expected, isChanged := want[name]
		if !isChanged {
			expected = before[name]
		}
		s.wantMember(after, name, expected)
	}
}

func TestUpdateChangesOneMemberAtATime(t *testing.T) {
	shared := start(t)
	for _, name := range slices.Sorted(maps.Keys(everything)) {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			before := s.full()
			s.clock.Advance(time.Hour)
			got := s.call(http.MethodPatch, clients, admin, object{"id": "new-id", name: everything[name]})
			s.wantStatus(got, http.StatusOK)
			if data, there := got.body["data"]; !there || data != nil {
				t.Errorf("want data null, got %s", got.text)
			}
			s.wantOnly(before, object{name: everything[name]})
			s.wantMember(s.detail("new-id"), "lastModifiedDate", "2025-08-01 13:00:00")
		})
	}
}

func TestUpdateLeavesNullAlone(t *testing.T) {
	s := start(t)
	before := s.full()
	body := object{"id": "new-id"}
	for name := range everything {
		body[name] = nil
	}
	s.wantStatus(s.call(http.MethodPatch, clients, admin, body), http.StatusOK)
	s.wantOnly(before, nil)
	s.wantStatus(s.call(http.MethodPatch, clients, admin, object{"id": "new-id"}), http.StatusOK)
	s.wantOnly(before, nil)
	// A disabled client stays disabled.
	s.wantStatus(s.call(http.MethodPatch, clients, admin, object{"id": "new-id", "enabled": "false"}), http.StatusOK)
	s.wantStatus(s.call(http.MethodPatch, clients, admin, object{"id": "new-id"}), http.StatusOK)
	s.wantMember(s.detail("new-id"), "enabled", false)
}

func TestChangesAreSigned(t *testing.T) {
	shared := start(t)
	for method, body := range map[string]object{
		http.MethodPatch: {"id": "new-id", "bizTag": "other"}, http.MethodPut: registration(object{"clientSecret": absent}),
	} {
		t.Run(method, func(t *testing.T) {
			s := shared.fresh(t)
			s.register(object{"clientSecret": absent})
			s.clock.Advance(time.Hour)
			s.wantStatus(s.call(method, clients, deputy, body), http.StatusOK)
			got := s.detail("new-id")
			for name, want := range map[string]any{
				"createdBy": "administrator", "createdByName": "administrator", "createdDate": "2025-08-01 12:00:00",
				"lastModifiedBy": "deputy", "lastModifiedByName": "deputy", "lastModifiedDate": "2025-08-01 13:00:00",
			} {
				s.wantMember(got, name, want)
			}
		})
	}
}

func TestUpdateRefuses(t *testing.T) {
	shared := start(t)
	for name, c := range map[string]struct {
		body   object
		status int
		key    string
	}{
		"no id":          {object{"clientName": "x"}, 400, "param_validation_error"},
		"null id":        {object{"id": nil}, 400, "param_validation_error"},
		"empty id":       {object{"id": ""}, 400, "param_validation_error"},
		"blank name":     {object{"id": serviceID, "clientName": " "}, 400, "param_validation_error"},
		"no grants":      {object{"id": serviceID, "authorizationGrantTypes": []any{}}, 400, "param_validation_error"},
		"no methods":     {object{"id": serviceID, "clientAuthenticationMethods": []any{}}, 400, "param_validation_error"},
		"no scopes":      {object{"id": serviceID, "scopes": []any{}}, 400, "param_validation_error"},
		"no settings":    {object{"id": serviceID, "tokenSettings": object{}}, 400, "param_validation_error"},
		"unknown id":     {object{"id": "unknown"}, 404, "resource_not_found"},
		"clientId as id": {object{"id": "example-service"}, 404, "resource_not_found"},
		"foreign":        {object{"id": foreignID}, 404, "resource_not_found"},
		"taken name":     {object{"id": serviceID, "clientName": "Example website"}, 409, "resource_already_exists"},
	} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			before := s.detail(serviceID)
			s.wantRefused(s.call(http.MethodPatch, clients, admin, c.body), c.status, c.key)
			s.wantMember(s.detail(serviceID), "clientName", before["clientName"])
		})
	}
}

func TestImmutables(t *testing.T) {
	shared := start(t)
	immutable := object{
		"clientId": "renamed", "platform": "XCAN_INNER", "source": "XCAN_2P_SIGNIN", "tenantId": "2", "tenantName": "Renamed",
		"clientIdIssuedAt": "2001-01-01 00:00:00", "createdBy": "x", "createdDate": "2001-01-01 00:00:00",
	}
	t.Run("PATCH", func(t *testing.T) {
		s := shared.fresh(t)
		before := s.full()
		s.wantStatus(s.call(http.MethodPatch, clients, admin, changed(immutable, object{"id": "new-id"})), http.StatusOK)
		s.wantOnly(before, nil)
	})
	t.Run("PUT", func(t *testing.T) {
		s := shared.fresh(t)
		before := s.full()
		body := changed(changed(everything, immutable), object{"id": "new-id"})
		got := s.call(http.MethodPut, clients, admin, body)
		s.wantStatus(got, http.StatusOK)
		s.wantMember(got.body, "data", object{"id": "new-id", "key": "new-client"})
		s.wantOnly(before, everything)
	})
}

func TestReplaceEmptiesWhatIsAbsent(t *testing.T) {
	s := start(t)
	before := s.full()
	s.wantStatus(s.call(http.MethodPatch, clients, admin, object{"id": "new-id", "enabled": false}), http.StatusOK)
	body := registration(object{"clientSecret": absent, "clientId": absent})
	s.wantStatus(s.call(http.MethodPut, clients, admin, body), http.StatusOK)
	s.wantOnly(before, object{
		"clientSecretExpiresAt": nil, "redirectUris": []any{}, "postLogoutRedirectUris": []any{}, "description": nil, "bizTag": nil,
		"enabled": true,
	})
}

func TestReplaceWithoutAnIDRegisters(t *testing.T) {
	shared := start(t)
	for name, id := range map[string]any{"absent": absent, "null": nil, "empty": ""} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			got := s.call(http.MethodPut, clients, admin, registration(object{"id": id}))
			s.wantStatus(got, http.StatusOK)
			s.wantMember(got.body, "data", object{"id": "$uuid", "key": "new-client"})
			made, _ := got.data()["id"].(string)
			s.wantMember(s.detail(made), "clientSecret", "{noop}first")
		})
	}
}

func TestReplaceRefuses(t *testing.T) {
	shared := start(t)
	for name, c := range map[string]struct {
		changes object
		status  int
		key     string
	}{
		"unknown id":            {object{"id": "unknown"}, 404, "resource_not_found"},
		"foreign":               {object{"id": foreignID}, 404, "resource_not_found"},
		"taken clientId":        {object{"id": absent, "clientId": "example-service"}, 409, "resource_already_exists"},
		"taken name":            {object{"id": serviceID, "clientName": "Example website"}, 409, "resource_already_exists"},
		"a foreign tenant":      {object{"id": absent, "tenantId": "2"}, 403, "forbidden"},
		"no clientId, no id":    {object{"id": absent, "clientId": absent}, 400, "param_validation_error"},
		"blank clientId, no id": {object{"id": absent, "clientId": " "}, 400, "param_validation_error"},
	} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			s.wantRefused(s.call(http.MethodPut, clients, admin, registration(c.changes)), c.status, c.key)
		})
	}
}
