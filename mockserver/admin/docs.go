package admin

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/wire"
	"github.com/keyturn/keyturn/specs"
)

// DocsPath is where the page is that shows every document.
const DocsPath = prefix + "/docs/"

// docsPolicy lets the page load nothing from anywhere else, so that it works
// offline and cannot be framed.
const docsPolicy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; frame-ancestors 'none'"

// Docs returns the page and its assets, which are files and no operations, and so
// stand beside the pipeline. The same host policy keeps it.
func Docs(hosts HostPolicy) http.Handler {
	// Addresses are relative to the page, so that it also works behind a proxy
	// which adds a path of its own.
	page := v5emb.NewHandlerWithConfig(swgui.Config{
		Title: "Keyturn", BasePath: ".", InternalBasePath: DocsPath, SwaggerJSON: specAddress(specs.Names()[0]), ShowTopBar: true,
		SettingsUI: map[string]string{"urls": documentList(), "showExtensions": "true"},
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Security-Policy", docsPolicy)
		switch err := hosts.Check(r); {
		case err != nil:
			writeProblem(w, client.AsError(err))
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			header.Set("Allow", "GET, HEAD")
			writeProblem(w, client.Errorf(client.WrongMethod, "the method is not allowed here"))
		case entrances[r.URL.Path] != "":
			header.Set("Location", entrances[r.URL.Path])
			w.WriteHeader(http.StatusMovedPermanently)
		default:
			page.ServeHTTP(w, r)
		}
	})
}

// entrances are what a person types who is looking for the page, with the way to it
// from there.
var entrances = map[string]string{prefix: "__admin/docs/", prefix + "/": "docs/", prefix + "/docs": "docs/"}

// ServesDocs reports whether the path is the page's.
func ServesDocs(path string) bool {
	return strings.HasPrefix(path, DocsPath) || entrances[path] != ""
}

func specAddress(name string) string { return "../specs/" + name }

// documentList is the page's selector, as the script wants it.
func documentList() string {
	type document struct {
		URL  string `json:"url"`
		Name string `json:"name"`
	}
	var list []document
	for _, name := range specs.Names() {
		list = append(list, document{URL: specAddress(name), Name: name})
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(fmt.Sprintf("a list of texts is always JSON: %v", err))
	}
	return string(text)
}

func writeProblem(w http.ResponseWriter, err *client.Error) {
	reply := refuse(nil, err)
	maps.Copy(w.Header(), reply.Header)
	w.Header().Set("Content-Type", reply.Media)
	w.WriteHeader(reply.Status)
	text, _ := wire.Append(nil, reply.Body) // a problem is always JSON
	_, _ = w.Write(text)                    // a client that is gone has nothing to be told
}
