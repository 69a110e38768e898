package angusgm_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestDeleteTakesClientIDs(t *testing.T) {
	shared := start(t)
	for name, query := range map[string]string{
		"one":      "ids=example-service",
		"list":     "ids=example-service,example-website",
		"repeated": "ids=example-service&ids=example-website",
		"twice":    "ids=example-service,example-service",
	} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			got := s.call(http.MethodDelete, clients+"?"+query, admin, nil)
			s.wantStatus(got, http.StatusNoContent)
			if got.text != "" {
				t.Errorf("want no body, got %q", got.text)
			}
			s.wantRefused(s.call(http.MethodGet, clients+"/"+serviceID, admin, nil), 404, "resource_not_found")
			left := 1
			if strings.Contains(query, "website") {
				left = 0
			}
			s.wantListed("", admin, left)
		})
	}
}

func TestDeleteFreesTheNames(t *testing.T) {
	s := start(t)
	s.register(nil)
	s.wantStatus(s.call(http.MethodDelete, clients+"?ids=new-client", admin, nil), http.StatusNoContent)
	s.register(nil)
}

func TestDeleteRefuses(t *testing.T) {
	shared := start(t)
	many := func(n int) string {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = fmt.Sprintf("id-%d", i)
		}
		return strings.Join(ids, ",")
	}
	for name, c := range map[string]struct {
		query  string
		status int
		key    string
	}{
		"missing":          {"", 400, "param_missing"},
		"empty":            {"?ids=", 400, "param_validation_error"},
		"201":              {"?ids=" + many(201), 400, "param_validation_error"},
		"200, all unknown": {"?ids=" + many(200), 404, "resource_not_found"},
		"repeats count once": {
			"?ids=" + many(200) + "," + many(200), 404, "resource_not_found",
		},
		"unknown":         {"?ids=unknown", 404, "resource_not_found"},
		"one unknown":     {"?ids=example-service,unknown", 404, "resource_not_found"},
		"one foreign":     {"?ids=example-service,another-service", 404, "resource_not_found"},
		"the primary id":  {"?ids=" + serviceID, 404, "resource_not_found"},
		"a foreign alone": {"?ids=another-service", 404, "resource_not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			s := shared.fresh(t)
			s.wantRefused(s.call(http.MethodDelete, clients+c.query, admin, nil), c.status, c.key)
			s.wantListed("", admin, 2)
			s.wantListed("", foreign, 1)
		})
	}
}

func TestDeleteTakesTwoHundred(t *testing.T) {
	s := start(t)
	ids := make([]string, 200)
	for i := range ids {
		ids[i] = fmt.Sprintf("client-%d", i)
		s.register(object{"id": absent, "clientId": ids[i], "clientName": "Name of " + ids[i]})
	}
	s.wantListed("", admin, 202)
	s.wantStatus(s.call(http.MethodDelete, clients+"?ids="+strings.Join(ids, "&ids="), admin, nil), http.StatusNoContent)
	s.wantListed("", admin, 2)
}
