package angusgm_test

import (
	"net/http"
	"testing"
)

func TestCallersAreRecognised(t *testing.T) {
	shared := start(t)
	const path = clients + "/" + serviceID
	for name, c := range map[string]struct {
		header, query string

		status         int
		key, challenge string
	}{
		"header":             {header: "Bearer token", status: 200},
		"any case":           {header: "bEARER token", status: 200},
		"query":              {query: "?access_token=token", status: 200},
		"empty query":        {header: "Bearer token", query: "?access_token=", status: 200},
		"nothing":            {status: 401, key: "unauthorized", challenge: "Bearer"},
		"another scheme":     {header: "Basic dG9rZW46", status: 401, key: "unauthorized", challenge: "Bearer"},
		"no scheme":          {header: "token", status: 401, key: "unauthorized", challenge: "Bearer"},
		"scheme alone":       {header: "Bearer", status: 401, key: "invalid_token", challenge: `Bearer error="invalid_token"`},
		"unknown":            {header: "Bearer unknown", status: 401, key: "invalid_token", challenge: `Bearer error="invalid_token"`},
		"unknown in query":   {query: "?access_token=unknown", status: 401, key: "invalid_token", challenge: `Bearer error="invalid_token"`},
		"two tokens":         {header: "Bearer token", query: "?access_token=token", status: 401, key: "invalid_token", challenge: `Bearer error="invalid_token"`},
		"a client's secret":  {header: "Bearer example-service-secret", status: 401, key: "invalid_token", challenge: `Bearer error="invalid_token"`},
		"token of any case?": {header: "Bearer TOKEN", status: 401, key: "invalid_token", challenge: `Bearer error="invalid_token"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			request := s.request(http.MethodGet, path+c.query, "", "")
			if c.header != "" {
				request.Header.Set("Authorization", c.header)
			}
			got := s.do(request)
			s.wantStatus(got, c.status)
			if got.key() != c.key || got.header.Get("WWW-Authenticate") != c.challenge {
				t.Errorf("want %q and challenge %q, got %q and %q", c.key, c.challenge, got.key(), got.header.Get("WWW-Authenticate"))
			}
			if got.header.Get("XC-E-Key") != "" || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("want no-store and no XC-E-Key, got %q and %q", got.header.Get("Cache-Control"), got.header.Get("XC-E-Key"))
			}
		})
	}
}

func TestTwoHeadersAreRefused(t *testing.T) {
	s := start(t)
	request := s.request(http.MethodGet, clients+"/"+serviceID, "", "")
	request.Header["Authorization"] = []string{"Bearer token", "Bearer other"}
	got := s.do(request)
	s.wantStatus(got, http.StatusUnauthorized)
	if got.key() != "invalid_token" {
		t.Errorf("want invalid_token, got %q", got.key())
	}
}

func TestEveryOperationWantsAToken(t *testing.T) {
	s := start(t)
	for _, c := range []struct{ method, path string }{
		{http.MethodGet, clients}, {http.MethodPost, clients}, {http.MethodPut, clients}, {http.MethodPatch, clients},
		{http.MethodDelete, clients}, {http.MethodGet, clients + "/" + serviceID},
	} {
		if got := s.call(c.method, c.path, nobody, nil); got.status != http.StatusUnauthorized {
			t.Errorf("%s %s: want 401, got %d", c.method, c.path, got.status)
		}
	}
}

func TestAClientsOwnTokenIsForbidden(t *testing.T) {
	s := start(t)
	token := s.token("example-service", "example-service-secret")
	s.wantRefused(s.call(http.MethodGet, clients, token, nil), 403, "forbidden")
	s.wantRefused(s.call(http.MethodDelete, clients+"?ids=example-service", token, nil), 403, "forbidden")
}
