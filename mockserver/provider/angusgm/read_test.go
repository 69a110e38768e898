package angusgm_test

import (
	"net/http"
	"strings"
	"testing"
)

// wantListed demands so many clients in a list and returns them.
func (s standIn) wantListed(query, token string, want int) []any {
	s.t.Helper()
	got := s.call(http.MethodGet, clients+query, token, nil)
	s.wantStatus(got, http.StatusOK)
	list, isList := got.body["data"].([]any)
	if !isList || len(list) != want {
		s.t.Fatalf("want %d clients, got %s", want, got.text)
	}
	return list
}

func TestListFilters(t *testing.T) {
	s := start(t)
	for query, want := range map[string]int{
		"":                                     2,
		"?id=" + serviceID:                     1,
		"?clientId=example-website":            1,
		"?tenantId=1":                          2,
		"?id=":                                 2,
		"?tenantId=2":                          0,
		"?tenantId=unknown":                    0,
		"?id=example-service":                  0,
		"?clientId=example":                    0,
		"?clientId=EXAMPLE-SERVICE":            0,
		"?clientId=another-service":            0,
		"?id=" + foreignID:                     0,
		"?id=" + serviceID + "&tenantId=1":     1,
		"?id=" + serviceID + "&tenantId=2":     0,
		"?clientId=example-service&tenantId=2": 0,
		"?id=" + serviceID + "&clientId=example-service": 1,
		"?id=" + serviceID + "&clientId=example-website": 0,
		"?clientId=x'%20OR%20'1'='1":                     0,
	} {
		t.Run(query, func(t *testing.T) { s.in(t).wantListed(query, admin, want) })
	}
}

func TestListKeepsTheOrderOfCreation(t *testing.T) {
	s := start(t)
	s.register(nil)
	for i, item := range s.wantListed("", admin, 3) {
		c, _ := item.(object)
		s.wantMember(c, "clientId", []any{"example-service", "example-website", "new-client"}[i])
	}
}

func TestReaderSeesNoSecretAndWritesNothing(t *testing.T) {
	s := start(t)
	s.wantMember(s.detail(serviceID), "clientSecret", "{noop}example-service-secret")
	one := s.call(http.MethodGet, clients+"/"+serviceID, reader, nil)
	s.wantStatus(one, http.StatusOK)
	s.wantMember(one.data(), "clientSecret", nil)
	s.wantMember(one.data(), "clientId", "example-service")
	all := s.call(http.MethodGet, clients, reader, nil)
	s.wantStatus(all, http.StatusOK)
	if strings.Contains(all.text, "example-service-secret") {
		t.Errorf("want no secret in a reader's list, got one")
	}
	for method, body := range map[string]object{
		http.MethodPost: registration(nil), http.MethodPut: registration(object{"id": serviceID}), http.MethodPatch: {"id": serviceID},
	} {
		s.wantRefused(s.call(method, clients, reader, body), 403, "forbidden")
	}
	s.wantRefused(s.call(http.MethodDelete, clients+"?ids=example-service", reader, nil), 403, "forbidden")
	s.wantListed("", admin, 2)
}

func TestTenantsAreApart(t *testing.T) {
	s := start(t)
	for name, ask := range map[string]func(id, clientID string) answer{
		"GET":   func(id, _ string) answer { return s.call(http.MethodGet, clients+"/"+id, foreign, nil) },
		"PATCH": func(id, _ string) answer { return s.call(http.MethodPatch, clients, foreign, object{"id": id}) },
		"PUT": func(id, _ string) answer {
			return s.call(http.MethodPut, clients, foreign, registration(object{"id": id}))
		},
		"DELETE": func(_, id string) answer { return s.call(http.MethodDelete, clients+"?ids="+id, foreign, nil) },
	} {
		missing, hidden := ask("unknown", "unknown"), ask(serviceID, "example-service")
		s.wantRefused(missing, 404, "resource_not_found")
		s.wantRefused(hidden, 404, "resource_not_found")
		want := strings.NewReplacer(serviceID, "unknown", "example-service", "unknown").Replace(hidden.text)
		if missing.text != want || !strings.Contains(want, "Client[unknown]") {
			t.Errorf("%s: want a foreign client refused like an unknown one, got %s and %s", name, hidden.text, missing.text)
		}
	}
	s.wantListed("", foreign, 1)

	s.wantRefused(s.call(http.MethodPost, clients, admin, registration(object{"tenantId": "2"})), 403, "forbidden")
	s.wantRefused(s.call(http.MethodPost, clients, admin, registration(object{"tenantId": "unknown"})), 403, "forbidden")
	s.wantStatus(s.call(http.MethodPost, clients, foreign, registration(nil)), http.StatusCreated)
	own := s.call(http.MethodGet, clients+"/new-id", foreign, nil)
	s.wantStatus(own, http.StatusOK)
	s.wantMember(own.data(), "tenantId", "2")
	s.wantMember(own.data(), "createdBy", "other administrator")
}

func TestLanguages(t *testing.T) {
	s := start(t)
	for name, c := range map[string]struct {
		query, header, value, want string
	}{
		"default":          {want: "Success"},
		"Accept-Language":  {header: "Accept-Language", value: "zh-CN,zh;q=0.9,en;q=0.8", want: "成功"},
		"English first":    {header: "Accept-Language", value: "en;q=0.9, zh;q=0.1", want: "Success"},
		"X-Lang":           {header: "X-Lang", value: "zh_CN", want: "成功"},
		"query":            {query: "?lang=zh", want: "成功"},
		"query over head":  {query: "?lang=en", header: "X-Lang", value: "zh", want: "Success"},
		"an unknown other": {header: "Accept-Language", value: "de", want: "Success"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			request := s.request(http.MethodGet, clients+"/"+serviceID+c.query, "", "")
			request.Header.Set("Authorization", "Bearer "+admin)
			if c.header != "" {
				request.Header.Set(c.header, c.value)
			}
			s.wantMember(s.do(request).body, "msg", c.want)
		})
	}
}
