package mockserver_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

// TestTheClockMovesTokens gives each vendor a token and lets its lifetime pass.
func TestTheClockMovesTokens(t *testing.T) {
	t.Parallel()
	forVendors(t, func(t *testing.T, v vendortest.Vendor, s stage) {
		s.clock(`{"at":"2031-05-06T07:08:09Z"}`)
		s.clock(`{"freeze":true}`)
		now := s.now()
		granted := v.Asked(s.API, v.Secret)
		lifetime, _ := granted.At("expires_in").(float64)
		state := v.Inspected(t, s.API, v.Secret, granted.TextAt("access_token"))
		if state.At("active") != true || state.At("iat") != float64(now.Unix()) || state.At("exp") != float64(now.Unix())+lifetime || lifetime == 0 {
			t.Fatalf("at %v: %s, from %s", now, state.Text, granted.Text)
		}
		s.clock(fmt.Sprintf(`{"advance":"%ds"}`, int(lifetime)-1))
		if !v.Active(t, s.API, v.Secret, granted.TextAt("access_token")) {
			t.Error("the token ended a second early")
		}
		s.clock(`{"advance":"1s"}`)
		if v.Active(t, s.API, v.Secret, granted.TextAt("access_token")) {
			t.Error("the token outlived its end")
		}
	})
}

// TestTheClockMovesExpiry has a secret expire 36 hours ahead.
func TestTheClockMovesExpiry(t *testing.T) {
	t.Parallel()
	forVendors(t, func(t *testing.T, v vendortest.Vendor, s stage) {
		if strings.HasSuffix(v.Name, "-v2") || strings.HasSuffix(v.Name, "-v3") {
			t.Skip("its secrets do not expire")
		}
		end := time.Now().Add(36 * time.Hour)
		if v.Name == "angusgm" {
			zone := time.FixedZone("Asia/Shanghai", 8*60*60)
			v.Rotation.Body = strings.Replace(v.Rotation.Body, `{"id"`, `{"clientSecretExpiresAt":"`+end.In(zone).Format(time.DateTime)+`","id"`, 1)
		} else {
			v.Rotation.Body = `{"expirationDate":"` + end.UTC().Format(time.RFC3339) + `"}`
		}
		secret := v.Rotated(t, s.API)
		for _, step := range []struct {
			change string
			works  bool
		}{{`{"advance":"35h"}`, true}, {`{"advance":"1h0m1s"}`, false}, {`{"release":true}`, true}} {
			s.clock(step.change)
			if got := v.Works(t, s.API, secret); got != step.works {
				t.Errorf("after %s it works: %v, want %v", step.change, got, step.works)
			}
		}
	})
}

// TestTheClockMovesManagementTokens has tokens for the management of a pool expire.
func TestTheClockMovesManagementTokens(t *testing.T) {
	t.Parallel()
	outside := newStage(t, "default")
	for name, test := range map[string]struct {
		path, body, token, held string
		exp                     func(apitest.Reply) int64
		lifetime                time.Duration
	}{
		"v2": {
			"/api/v2/userpools/access-token", `{"userPoolId":"` + vendortest.AuthingPool + `","secret":"` + vendortest.AuthingPoolSecret + `"}`, "accessToken", "/api/v2/applications/" + vendortest.AuthingApp,
			func(r apitest.Reply) int64 { n, _ := strconv.ParseInt(r.TextAt("exp"), 10, 64); return n }, 14 * 24 * time.Hour,
		},
		"v3": {
			"/api/v3/get-management-token", `{"accessKeyId":"` + vendortest.AuthingPool + `","accessKeySecret":"` + vendortest.AuthingPoolSecret + `"}`, "access_token", "/api/v3/get-application?appId=" + vendortest.AuthingApp, nil, 2 * time.Hour,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := outside.in(t, name)
			s.clock(`{"at":"2040-01-01T00:00:00Z"}`)
			s.clock(`{"freeze":true}`)
			now := s.now()
			got := s.Raw(http.MethodPost, test.path, jsonMedia, test.body)
			token := got.TextAt("data", test.token) + got.TextAt(test.token)
			if test.exp != nil && test.exp(got) != now.Add(test.lifetime).Unix() {
				t.Errorf("it ends at %d: %s", test.exp(got), got.Text)
			}
			if seconds, is := got.At("data", "expires_in").(float64); is {
				test.lifetime = time.Duration(seconds) * time.Second
			}
			succeeds := func() bool {
				reply := s.Bearer(token).Send(http.MethodGet, test.held)
				return reply.At("statusCode") == 200.0 || reply.At("code") == 200.0
			}
			s.clock(`{"advance":"` + (test.lifetime - time.Second).String() + `"}`)
			if !succeeds() {
				t.Error("the token ended early")
			}
			s.clock(`{"advance":"1s"}`)
			if succeeds() {
				t.Error("the token outlived its end")
			}
		})
	}
}

func TestTheClockMovesTheDatesThatAreShown(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	s.clock(`{"at":"2050-03-04T05:06:07Z"}`)
	s.clock(`{"freeze":true}`)
	v := vendortest.AuthingV2
	v.Rotated(t, s.API)
	if shown := s.Send(http.MethodGet, v.Held).TextAt("data", "updatedAt"); !strings.HasPrefix(shown, "2050-03-04T05:06:07") {
		t.Errorf("the application was updated at %q", shown)
	}
	made := s.Raw(http.MethodPost, "/api/v2/applications", jsonMedia, `{"name":"new","identifier":"new","redirectUris":"https://a.example"}`)
	if shown := made.TextAt("data", "createdAt"); !strings.HasPrefix(shown, "2050-03-04T05:06:07") {
		t.Errorf("the application was created at %q: %s", shown, made.Text)
	}
	if answer := s.Send(http.MethodGet, vendortest.AngusGM.Held); !strings.HasPrefix(answer.TextAt("datetime"), "2050-03-04 13:06:07") {
		t.Errorf("the answer is dated %q", answer.TextAt("datetime"))
	}
	s.put(http.MethodPost, "/snapshots", `{"name":"now"}`, http.StatusCreated)
	if listed := s.admin(http.MethodGet, "/snapshots", ""); !strings.HasPrefix(listed.TextAt("snapshots", 0, "taken_at"), "2050-03-04T05:06:07") {
		t.Errorf("got %s", listed.Text)
	}
	if listed := apitest.New(t, s.BaseURL()).Send(http.MethodGet, "/__admin/namespaces/a"); strings.HasPrefix(listed.TextAt("created_at"), "2050") {
		t.Errorf("the age of a namespace is not the system's: %s", listed.Text)
	}
}

// TestWhatAnsweringTakesIsReal lets a frozen and a moved clock time nothing.
func TestWhatAnsweringTakesIsReal(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	s.clock(`{"freeze":true}`)
	stands := s.now()
	s.With("Prefer", "delay=30ms").Send(http.MethodGet, vendortest.IdentitySecrets)
	s.clock(`{"freeze":false}`)
	s.clock(`{"advance":"8760h"}`)
	s.With("Prefer", "delay=30ms").Send(http.MethodGet, vendortest.IdentitySecrets)
	s.clock(`{"release":true}`)
	s.Send(http.MethodGet, vendortest.IdentitySecrets)
	entries := s.journal()
	for i, least := range []float64{30, 30, 0} {
		if took := entries[i].TookMS; took < least || took > 20_000 {
			t.Errorf("request %d took %v ms", i, took)
		}
	}
	if got := entries[0].At; !got.Equal(stands) {
		t.Errorf("at %v, and the clock stands at %v", got, stands)
	}
	if ahead := entries[1].At.Sub(stands); ahead < 8760*time.Hour || ahead > 8760*time.Hour+20*time.Second {
		t.Errorf("the second request was %v ahead", ahead)
	}
	if off := time.Since(entries[2].At); off < 0 || off > 20*time.Second {
		t.Errorf("after the release it is off by %v", off)
	}
}

func TestThrottlesGoByTheClock(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	s.clock(`{"freeze":true}`)
	s.inject(`{"match":{"operation":"listSecrets"},"effect":{"throttle":{"limit":2,"per":"1m"}}}`)
	for i, step := range []struct {
		advance    string
		status     int
		retryAfter string
	}{
		{"", 200, ""}, {"", 200, ""}, {"", 429, "60"}, {"20s", 429, "40"}, {"500ms", 429, "40"}, {"39s500ms", 200, ""}, {"1ns", 200, ""}, {"", 429, "60"},
	} {
		if step.advance != "" {
			s.clock(`{"advance":"` + step.advance + `"}`)
		}
		got := s.Send(http.MethodGet, vendortest.IdentitySecrets)
		if got.Status != step.status || got.Header.Get("Retry-After") != step.retryAfter {
			t.Errorf("step %d: HTTP %d and Retry-After %q, want %d and %q", i, got.Status, got.Header.Get("Retry-After"), step.status, step.retryAfter)
		}
	}
	s.clock(`{"release":true}`)
	if got := s.Send(http.MethodGet, vendortest.IdentitySecrets); got.Status != http.StatusOK {
		t.Errorf("a window that lies ahead goes on: HTTP %d %s", got.Status, got.Text)
	}
}

// TestClocksThatCannotBe leaves a clock that stands where it stands.
func TestClocksThatCannotBe(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	s.clock(`{"at":"2050-01-01T00:00:00Z"}`)
	s.clock(`{"freeze":true}`)
	before := s.now()
	for body, field := range map[string]string{
		`{"at":"2049-12-31T23:59:59Z"}`:                "at",
		`{"at":"0001-01-01T00:00:00Z"}`:                "at",
		`{"at":"10000-01-01T00:00:00Z"}`:               "at",
		`{"at":"9999-12-31T23:59:59-14:00"}`:           "at",
		`{"at":"2500-01-01T00:00:00Z"}`:                "at",
		`{"at":"tomorrow"}`:                            "at",
		`{"at":""}`:                                    "at",
		`{"at":2556144000}`:                            "at",
		`{"at":null}`:                                  "at",
		`{"advance":"-1s"}`:                            "advance",
		`{"advance":"1 hour"}`:                         "advance",
		`{"advance":"9999999h"}`:                       "advance",
		`{"advance":"2562047h47m16.854775807s"}`:       "advance",
		`{"advance":60}`:                               "advance",
		`{"advance":""}`:                               "advance",
		`{"freeze":"yes"}`:                             "freeze",
		`{"freeze":1}`:                                 "freeze",
		`{"release":false}`:                            "release",
		`{"at":"2051-01-01T00:00:00Z","advance":"1h"}`: "advance",
		`{"freeze":true,"release":true}`:               "release",
		`{"stop":true}`:                                "stop",
		`{}`:                                           "advance",
		`[]`:                                           "",
		`"2051-01-01T00:00:00Z"`:                       "",
		`{"advance":"1h","advance":"2h"}`:              "twice",
	} {
		wantField(t, s.admin(http.MethodPut, "/clock", body), http.StatusBadRequest, field)
	}
	if after := s.now(); !after.Equal(before) {
		t.Errorf("the clock moved from %v to %v", before, after)
	}
}
