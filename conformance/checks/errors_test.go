package checks

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/keyturn/keyturn/conformance/exchange"
)

func TestInternalsIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, message, want string }{
		{"Java frame", "oops\n\tat com.example.shop.Clients.find(Clients.java:42)", "a stack trace"},
		{"Java native frame", "at sun.reflect.NativeMethodAccessorImpl.invoke0(Native Method)", "a stack trace"},
		{"Node frame with a name", "Error: x\n    at Clients.rotate (/srv/app/dist/clients.js:10:15)", "a stack trace"},
		{"Node frame without a name", "    at /srv/app/dist/clients.js:10:15", "a stack trace"},
		{"Node internal frame", "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)", "a stack trace"},
		{".NET frame", "   at Shop.Identity.Clients.Rotate(String id) in C:\\src\\Clients.cs:line 17", "a stack trace"},
		{".NET frame without a file", "   at Shop.Identity.Clients.Rotate(String id)", "a stack trace"},
		{"Python", "Traceback (most recent call last):\n  File \"/srv/app.py\", line 3, in rotate", "a stack trace"},
		{"Go panic", "runtime error: invalid memory address or nil pointer dereference\ngoroutine 17 [running]:", "a stack trace"},
		{"Go frame", "\t/srv/shop/clients.go:42 +0x1d", "a stack trace"},
		{"Go caller in a message", "clients.go:42: not found", "a stack trace"},
		{"PHP", "Uncaught Error in /var/www/clients.php on line 12", "a stack trace"},
		{"PHP trace", "#0 /var/www/clients.php(12): rotate()", "a stack trace"},
		{"Ruby", "app/models/client.rb:12:in `rotate'", "a stack trace"},
		{"Spring class", "No qualifying bean of type org.springframework.web.client.RestTemplate", "a class name"},
		{"Java exception", "java.lang.NullPointerException", "a class name"},
		{"own class", "Cannot deserialize com.example.shop.dto.ClientAddDto from text", "a class name"},
		{".NET exception", "System.NullReferenceException: Object reference not set", "a class name"},
		{".NET namespace", "Microsoft.EntityFrameworkCore.Update failed", "a class name"},
		{"bare exception", "NullPointerException", "a class name"},
		{"Node type error", "TypeError: Cannot read properties of undefined", "a class name"},
		{"Python attribute error", "AttributeError: 'NoneType' object has no attribute 'id'", "a class name"},
		{"statement", "SELECT id, secret FROM clients", "a database statement"},
		{"statement of a mapper", "select c1_0.id from client c1_0 where c1_0.id=?", "a database statement"},
		{"insert", "insert into clients (id, name) values (?, ?)", "a database statement"},
		{"update", "UPDATE clients SET secret = ?", "a database statement"},
		{"SQLSTATE", "ERROR: value too long (SQLSTATE 22001)", "a database message"},
		{"Oracle", "ORA-00001: unique constraint", "a database message"},
		{"MySQL", "Duplicate entry 'a' for key 'clients.name'", "a database message"},
		{"PostgreSQL", `duplicate key value violates unique constraint "clients_pkey"`, "a database message"},
		{"SQLite", "SQLITE_CONSTRAINT: UNIQUE failed", "a database message"},
		{"MongoDB", "E11000 duplicate key error collection: shop.clients", "a database message"},
		{"private address", "connect ECONNREFUSED 10.3.0.12:5432", "an internal host"},
		{"loopback with a port", "dial tcp 127.0.0.1:6379: connection refused", "an internal host"},
		{"cluster service", "upstream clients.shop.svc.cluster.local timed out", "an internal host"},
		{"internal name", "http://db-1.shop.internal:5432/", "an internal host"},

		{"sentence with select and from", "Please select an application from the list where you registered it.", ""},
		{"sentence with update", "Update the client and set its name.", ""},
		{"sentence with exception", "No exception is made for this client.", ""},
		{"sentence with error", "Error: the secret is wrong.", ""},
		{"sentence with a duplicate", "A client of this name exists already.", ""},
		{"sentence with at", "The value at settings.client.name (line 3) is not a text.", ""},
		{"pointer", "/data/clientName: want a text of at most 200 characters", ""},
		{"settings key", "settings.client.require-authorization-consent has to be true or false", ""},
		{"schema type", "https://tools.ietf.org/html/rfc7231#section-6.5.1", ""},
		{"address of documentation", "https://documentation.openiddict.com/errors/ID2055", ""},
		{"address with a capital", "https://docs.example.com/Errors/NotFound", ""},
		{"machine key", "param_validation_error", ""},
		{"OAuth error", "invalid_client", ""},
		{"media type", "application/vnd.example.v1+json", ""},
		{"version", "10.2.1", ""},
		{"date and time", "2026-01-02 10:11:12", ""},
		{"public address", "Your address 203.0.113.9 is not allowed", ""},
		{"email", "write to support@corp.example.com", ""},
		{"Chinese", "应用不存在", ""},
		{"file of the caller", "upload.json:3: a comma is missing", ""},
		{"name of a kind", "ValidationError", ""},
		{"abbreviation", "Meet at e.g. noon (UTC)", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]any{"code": 400, "errors": []any{map[string]any{"message": test.message}}})
			if err != nil {
				t.Fatal(err)
			}
			found := searched{}.internalsIn(body, exchange.Request{URL: "https://api.example.com/clients"})
			if test.want == "" && len(found) > 0 {
				t.Errorf("found %v, want none", found)
			}
			if test.want != "" && !holdsKind(found, test.want) {
				t.Errorf("found %v, want %s", found, test.want)
			}
		})
	}
}

func holdsKind(found []shown, kind string) bool {
	for _, one := range found {
		if one.what == kind {
			return true
		}
	}
	return false
}

// TestInternalsOfTheCaller has what the request itself said come back, which gives
// nothing away.
func TestInternalsOfTheCaller(t *testing.T) {
	t.Parallel()
	request := exchange.Request{
		URL:    "http://127.0.0.1:8080/clients/10.1.2.3%20x",
		Header: http.Header{"X-Reason": {"SELECT secret FROM clients"}},
		Body:   []byte(`{"name":"java.lang.NullPointerException"}`),
	}
	body := []byte(`{"instance":"http://127.0.0.1:8080/clients","id":"10.1.2.3 x","why":"SELECT secret FROM clients","name":"java.lang.NullPointerException"}`)
	if found := (searched{}).internalsIn(body, request); len(found) > 0 {
		t.Errorf("found %v in an echo, want none", found)
	}
	if found := (searched{}).internalsIn([]byte("<pre>java.lang.NullPointerException at 10.9.9.9</pre>"), exchange.Request{}); len(found) != 2 {
		t.Errorf("found %v in a page, want a class name and an internal host", found)
	}
}

func TestWrongStatusMember(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		body any
		want bool
	}{
		{"equal", map[string]any{"status": 404.0}, false},
		{"absent", map[string]any{"title": "x"}, false},
		{"null", map[string]any{"status": nil}, false},
		{"other", map[string]any{"status": 400.0}, true},
		{"text", map[string]any{"status": "404"}, true},
		{"no object", []any{}, false},
	} {
		if got := wrongStatusMember(test.body, 404); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestContradiction(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		status   int
		success  bool
		failures string
		wrong    bool
	}{
		{"success in 200", 200, true, "http", false},
		{"success in 201", 201, true, "http", false},
		{"failure in 404", 404, false, "http", false},
		{"failure in 200", 200, false, "http", true},
		{"declared failure in 200", 200, false, "envelope", false},
		{"failure in 201", 201, false, "envelope", true},
		{"success in 404", 404, true, "http", true},
		{"success in 500, whatever is declared", 500, true, "envelope", true},
		{"success in a redirect", 302, true, "envelope", true},
	} {
		if got := contradiction(test.status, test.success, test.failures); (got != "") != test.wrong {
			t.Errorf("%s: %q, want a contradiction: %v", test.name, got, test.wrong)
		}
	}
}
