package angusgm_test

import (
	"net/http"
	"testing"
)

func TestEnumForms(t *testing.T) {
	shared := start(t)
	cases := map[string]struct{ platform, source, wantPlatform, wantSource any }{
		"exact":                {"XCAN_OP", "XCAN_2P_SIGNIN", "XCAN_OP", "XCAN_2P_SIGNIN"},
		"any case":             {"xcan_3rd", "Xcan_Tp_SignIn", "XCAN_3RD", "XCAN_TP_SIGNIN"},
		"object":               {object{"value": "XCAN_INNER"}, object{"value": "xcan_sys_introspect", "message": "x"}, "XCAN_INNER", "XCAN_SYS_INTROSPECT"},
		"unknown":              {"XCAN_NOWHERE", "XCAN_USER_TOKEN", "XCAN_TP", "XCAN_SYS_TOKEN"},
		"empty":                {"", object{}, "XCAN_TP", "XCAN_SYS_TOKEN"},
		"null":                 {nil, object{"value": nil}, "XCAN_TP", "XCAN_SYS_TOKEN"},
		"absent":               {absent, absent, "XCAN_TP", "XCAN_SYS_TOKEN"},
		"the other's constant": {"XCAN_SYS_TOKEN", "XCAN_OP", "XCAN_TP", "XCAN_SYS_TOKEN"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			s.register(object{"platform": c.platform, "source": c.source})
			got := s.detail("new-id")
			s.wantMember(got, "platform", object{"value": c.wantPlatform, "message": "$string"})
			s.wantMember(got, "source", object{"value": c.wantSource, "message": "$string"})
		})
	}
	t.Run("number", func(t *testing.T) {
		s := shared.fresh(t)
		s.wantRefused(s.call(http.MethodPost, clients, admin, registration(object{"platform": 1})), 400, "param_validation_error")
	})
}

func TestEnabledForms(t *testing.T) {
	shared := start(t)
	for name, c := range map[string]struct {
		sent any
		want bool
	}{
		"true": {true, true}, "false": {false, false}, "text true": {"true", true}, "text false": {"false", false},
		"capitals": {"FALSE", false}, "null": {nil, true}, "absent": {absent, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			s.register(object{"enabled": c.sent})
			s.wantMember(s.detail("new-id"), "enabled", c.want)
		})
	}
	for _, wrong := range []any{"yes", 1, ""} {
		s := shared.fresh(t)
		s.wantRefused(s.call(http.MethodPost, clients, admin, registration(object{"enabled": wrong})), 400, "param_validation_error")
	}
}

func TestDateForms(t *testing.T) {
	shared := start(t)
	for name, c := range map[string]struct {
		sent, want any
	}{
		"future": {"2031-05-06 07:08:09", "2031-05-06 07:08:09"}, "past": {"2001-02-03 04:05:06", "2001-02-03 04:05:06"},
		"null": {nil, nil}, "empty": {"", nil}, "absent": {absent, nil},
	} {
		for holder, secret := range map[string]any{"with a secret": "{noop}x", "without a secret": absent} {
			t.Run(name+" "+holder, func(t *testing.T) {
				s := shared.fresh(t)
				s.register(object{"clientSecretExpiresAt": c.sent, "clientSecret": secret})
				s.wantMember(s.detail("new-id"), "clientSecretExpiresAt", c.want)
			})
		}
	}
	for _, wrong := range []string{"2031-05-06T07:08:09Z", "2031-05-06T07:08:09", "2031-05-06", "2031-02-30 00:00:00", "string", "2031-05-06 07:08"} {
		t.Run(wrong, func(t *testing.T) {
			s := shared.fresh(t)
			for method, body := range map[string]object{
				http.MethodPost:  registration(object{"clientSecretExpiresAt": wrong}),
				http.MethodPut:   registration(object{"id": serviceID, "clientSecretExpiresAt": wrong}),
				http.MethodPatch: {"id": serviceID, "clientSecretExpiresAt": wrong},
			} {
				s.wantRefused(s.call(method, clients, admin, body), 400, "param_parsing_error")
			}
			s.wantMember(s.detail(serviceID), "clientSecretExpiresAt", nil)
		})
	}
}

// The first is the zero time, which must not pass for never.
func TestDatesBeforeUnixTimeAreRefused(t *testing.T) {
	s := start(t)
	for _, early := range []string{"0001-01-01 08:00:00", "0000-12-31 00:00:00", "1969-12-31 23:59:59"} {
		for method, body := range map[string]object{
			http.MethodPost:  registration(object{"clientSecretExpiresAt": early}),
			http.MethodPut:   registration(object{"id": serviceID, "clientSecretExpiresAt": early}),
			http.MethodPatch: {"id": serviceID, "clientSecretExpiresAt": early},
		} {
			s.wantRefused(s.call(method, clients, admin, body), 400, "param_validation_error")
		}
	}
	s.wantStatus(s.call(http.MethodPatch, clients, admin, object{"id": serviceID, "clientSecretExpiresAt": "1970-01-01 00:00:00"}), http.StatusOK)
	s.wantDead("example-service", "example-service-secret")
}

func TestRedirectRules(t *testing.T) {
	shared := start(t)
	code := []any{"authorization_code"}
	for name, c := range map[string]struct {
		changes object
		fits    bool
	}{
		"code with an address":    {object{"authorizationGrantTypes": code, "redirectUris": []any{"https://a.example/cb"}}, true},
		"relative":                {object{"redirectUris": []any{"string"}}, true},
		"code without an address": {object{"authorizationGrantTypes": code}, false},
		"code with none":          {object{"authorizationGrantTypes": code, "redirectUris": []any{}}, false},
		"fragment":                {object{"redirectUris": []any{"https://a.example/#x"}}, false},
		"empty fragment":          {object{"redirectUris": []any{"https://a.example/#"}}, false},
		"space":                   {object{"redirectUris": []any{"https://a.example/a b"}}, false},
		"broken escape":           {object{"redirectUris": []any{"https://a.example/%zz"}}, false},
		"broken host":             {object{"redirectUris": []any{"https://[::1/"}}, false},
		"logout fragment":         {object{"postLogoutRedirectUris": []any{"https://a.example/#x"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			got := s.call(http.MethodPost, clients, admin, registration(c.changes))
			if c.fits {
				s.wantStatus(got, http.StatusCreated)
				return
			}
			s.wantRefused(got, 400, "param_validation_error")
		})
	}
	t.Run("update to code without an address", func(t *testing.T) {
		s := shared.fresh(t)
		s.wantRefused(s.call(http.MethodPatch, clients, admin, object{"id": serviceID, "authorizationGrantTypes": code}), 400, "param_validation_error")
		s.wantMember(s.detail(serviceID), "authorizationGrantTypes", []any{"client_credentials"})
	})
	t.Run("update that takes the last address", func(t *testing.T) {
		s := shared.fresh(t)
		s.wantRefused(s.call(http.MethodPatch, clients, admin, object{"id": websiteID, "redirectUris": []any{}}), 400, "param_validation_error")
	})
}

func TestScopeCharacters(t *testing.T) {
	s := start(t)
	for _, wrong := range []string{"two words", `quo"te`, `back\slash`, "ümlaut", ""} {
		s.wantRefused(s.call(http.MethodPost, clients, admin, registration(object{"scopes": []any{wrong}})), 400, "param_validation_error")
	}
	s.register(object{"scopes": []any{"!#[]~", "a:b/c.d"}})
}

func TestSecretEncodings(t *testing.T) {
	shared := start(t)
	for _, wrong := range []string{"{argon2}x", "{bcrypt}not-a-hash", "{"} {
		s := shared.fresh(t)
		s.wantRefused(s.call(http.MethodPost, clients, admin, registration(object{"clientSecret": wrong})), 400, "param_validation_error")
		s.wantRefused(s.call(http.MethodPatch, clients, admin, object{"id": serviceID, "clientSecret": wrong}), 400, "param_validation_error")
	}
}
