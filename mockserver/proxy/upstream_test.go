package proxy_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/proxy"
)

// upstream is the deployment at the address, with short limits.
func upstream(t *testing.T, address string, trust *tls.Config) *proxy.Upstream {
	t.Helper()
	u, err := proxy.NewUpstream(address, trust, proxy.Limits{Total: 500 * time.Millisecond, Reply: 1000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.Close)
	return u
}

func deployment(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// TestForward compares what arrives at either end with what was sent.
func TestForward(t *testing.T) {
	t.Parallel()
	var got http.Header
	var seen []string
	server := deployment(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = r.Header.Clone()
		seen = []string{r.Method, r.RequestURI, r.Host, string(body)}
		w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
		w.Header()["Connection"] = []string{"X-Hop"}
		w.Header().Set("X-Hop", "1")
		w.Header().Set("Keep-Alive", "timeout=5")
		w.Header().Set("Location", "/elsewhere")
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.WriteHeader(http.StatusFound)
		_, _ = io.WriteString(w, `{"a":1}`)
	})
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPatch, "https://stand-in.test/api/x%2Fy?b=%20&a", http.NoBody)
	request.RemoteAddr = "192.0.2.7:1234"
	request.Header = http.Header{
		"Authorization": {"Bearer t"}, "Connection": {"close, X-Mine", "X-Other"}, "X-Mine": {"1"}, "X-Other": {"2"}, "Te": {"trailers"},
		"Transfer-Encoding": {"chunked"}, "Upgrade": {"h2c"}, "Proxy-Authorization": {"Basic x"}, "Keep-Alive": {"1"}, "Trailer": {"X"},
		"X-Keyturn-Namespace": {"a"}, "Accept-Encoding": {"gzip"}, "X-Forwarded-For": {"198.51.100.1"}, "Via": {"1.1 first"}, "X-Kept": {"1", "2"},
	}
	reply, err := upstream(t, server.URL+"/base/", nil).Forward(t.Context(), request, []byte("body"), request.URL.RequestURI())
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(server.URL, "http://")
	if diff := cmp.Diff([]string{"PATCH", "/base/api/x%2Fy?b=%20&a", address, "body"}, seen); diff != "" {
		t.Errorf("the request (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(http.Header{
		"Authorization": {"Bearer t"}, "X-Kept": {"1", "2"}, "Content-Length": {"4"}, "Accept-Encoding": {"identity"},
		"X-Forwarded-For": {"198.51.100.1, 192.0.2.7"}, "X-Forwarded-Host": {"stand-in.test"}, "X-Forwarded-Proto": {"https"},
		"Via": {"1.1 first", "1.1 keyturn"},
	}, got); diff != "" {
		t.Errorf("the header of the request (-want +got):\n%s", diff)
	}
	reply.Header.Del("Date")
	if diff := cmp.Diff(proxy.Reply{
		Status: http.StatusFound, Body: []byte(`{"a":1}`),
		Header: http.Header{"Set-Cookie": {"a=1", "b=2"}, "Location": {"/elsewhere"}, "Content-Length": {"7"}, "Content-Type": {"text/plain; charset=utf-8"}},
	}, reply); diff != "" {
		t.Errorf("the reply (-want +got):\n%s", diff)
	}
}

// TestForwardFails has a deployment fail in each way, with a secret in all that is sent.
func TestForwardFails(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-v4lue"
	quiet := httptest.NewUnstartedServer(http.NotFoundHandler())
	quiet.Config.ErrorLog = log.New(io.Discard, "", 0)
	quiet.StartTLS()
	t.Cleanup(quiet.Close)
	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	raw := func(text string) string {
		return deployment(t, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, text)
				_ = conn.Close()
			}
		}).URL
	}
	hangs := deployment(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}).URL
	stalls := deployment(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "{")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}).URL
	huge := deployment(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 1001)) }).URL
	for name, test := range map[string]struct {
		address string
		status  int
		kind    string
		want    string
	}{
		"down":               {"http://" + closed.Addr().String(), 502, "upstream-unreachable", "connection refused"},
		"unknown":            {"http://nowhere.invalid", 502, "upstream-unreachable", "its name cannot be resolved"},
		"slow":               {hangs, 504, "upstream-timeout", "no whole reply within 500ms"},
		"slow in the midst":  {stalls, 504, "upstream-timeout", "no whole reply within 500ms"},
		"huge":               {huge, 502, "upstream-too-large", "larger than 1000 bytes"},
		"not trusted":        {quiet.URL, 502, "upstream-unreachable", "give the authority's certificate with --ca-cert"},
		"no TLS":             {strings.Replace(huge, "http:", "https:", 1), 502, "upstream-unreachable", "is it an http address?"},
		"no HTTP":            {raw(secret + "\r\n\r\n"), 502, "upstream-unreachable", "what it answered is no HTTP"},
		"gone":               {raw(""), 502, "upstream-unreachable", "without a reply"},
		"gone in the midst":  {raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), 502, "upstream-unreachable", "in the midst of a reply"},
		"a path of its own":  {huge + "/base", 502, "upstream-too-large", "/base: "},
		"a status too low":   {raw("HTTP/1.1 000 x\r\nContent-Length: 0\r\n\r\n"), 502, "upstream-unreachable", "no final one"},
		"another protocol":   {raw("HTTP/1.1 101 x\r\nUpgrade: y\r\nConnection: Upgrade\r\n\r\n"), 502, "upstream-unreachable", "no final one"},
		"a status of no use": {raw("HTTP/1.1 " + secret + "\r\n\r\n"), 502, "upstream-unreachable", "what it answered is no HTTP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/a?secret="+secret, http.NoBody)
			_, err := upstream(t, test.address, nil).Forward(t.Context(), request, []byte(secret), request.URL.RequestURI())
			failure, is := errors.AsType[*proxy.Failure](err)
			if !is || failure.Status != test.status || failure.Kind != test.kind || !strings.Contains(failure.Detail, test.want) {
				t.Fatalf("got %+v, want %d %s with %q", err, test.status, test.kind, test.want)
			}
			if !strings.Contains(failure.Detail, test.address) || strings.Contains(failure.Detail, secret) {
				t.Errorf("%q: want the address and nothing that was sent", failure.Detail)
			}
		})
	}
}

// TestForwardDoesNotSwitch has a deployment speak of another protocol, unasked, and wait.
func TestForwardDoesNotSwitch(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	server := deployment(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			ended <- err
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 x\r\nUpgrade: y\r\nConnection: Upgrade\r\n\r\n")
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		_, err = conn.Read(make([]byte, 1))
		ended <- err
	})
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	began := time.Now()
	_, err := upstream(t, server.URL, nil).Forward(t.Context(), request, nil, "/")
	if failure, is := errors.AsType[*proxy.Failure](err); !is || failure.Kind != "upstream-unreachable" {
		t.Errorf("got %v, want that the status is no final one", err)
	}
	if err := <-ended; !errors.Is(err, io.EOF) {
		t.Errorf("the connection is still there: %v", err)
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestForwardEnds: the caller who goes away is no failure of the deployment.
func TestForwardEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	arrived := make(chan struct{})
	server := deployment(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	go func() {
		<-arrived
		cancel()
	}()
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", http.NoBody)
	if _, err := upstream(t, server.URL, nil).Forward(ctx, request, nil, "/"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
	if _, err := upstream(t, server.URL, nil).Forward(t.Context(), request, nil, "*"); err == nil {
		t.Error("a target that is no path was sent on")
	}
}

func TestForwardTrusts(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	trust := &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	reply, err := upstream(t, server.URL, trust).Forward(t.Context(), request, nil, "/")
	if err != nil || string(reply.Body) != "HTTP/1.1" {
		t.Errorf("got %q, error %v", reply.Body, err)
	}
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://id.example.com": "", "http://127.0.0.1:8080/base/": "", "http://[::1]:80": "",
		"id.example.com":                       `upstream "id.example.com": want an http or https URL with a host`,
		"ftp://id.example.com":                 "want an http or https URL",
		"https://":                             "with a host",
		"https://id.example.com?a=b":           "without a query",
		"https://id.example.com/#x":            "without a query",
		"https://id.example.com/a|b":           "with a path that is escaped",
		"https://id.example.com/a%7Cb%2F":      "",
		"https://user:hidden@id.example.com":   "without a user and a password: callers send their own credentials",
		"https://user:hid%zzden@id.example.co": "want an http or https URL",
	} {
		err := proxy.CheckURL(text)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hid")) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
		if _, made := proxy.NewUpstream(text, nil, proxy.Limits{}); (made == nil) != (err == nil) {
			t.Errorf("%s: NewUpstream says %v", text, made)
		}
	}
}
