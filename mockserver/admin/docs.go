package admin

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"

	"github.com/swaggest/swgui/v5/static"
	"github.com/vearutop/statigz"

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

// docsPage asks Swagger UI for a selector of documents. The handler that comes with the
// assets executes a template, for which the linker keeps every method of every type.
// Addresses are relative to the page, so that it also works behind a proxy which adds a
// path of its own.
const docsPage = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Keyturn - Swagger UI</title>
<link rel="stylesheet" href="./swagger-ui.css">
<link rel="icon" type="image/png" href="./favicon-32x32.png" sizes="32x32">
<link rel="icon" type="image/png" href="./favicon-16x16.png" sizes="16x16">
<style>html { overflow-y: scroll } body { margin: 0; background: #fafafa }</style>
</head>
<body>
<div id="swagger-ui"></div>
<script src="./swagger-ui-bundle.js"></script>
<script src="./swagger-ui-standalone-preset.js"></script>
<script>
window.onload = () => {
  window.ui = SwaggerUIBundle({
    urls: %s,
    dom_id: "#swagger-ui",
    layout: "StandaloneLayout",
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl],
    deepLinking: true,
    showExtensions: true,
    showCommonExtensions: true,
    validatorUrl: null,
    defaultModelsExpandDepth: -1,
  });
};
</script>
</body>
</html>
`

// assets are indexed when somebody asks for one, and not before the first answer.
var assets = sync.OnceValue(func() http.Handler {
	return http.StripPrefix(DocsPath, statigz.FileServer(static.FS))
})

// Docs returns the page and its assets, which are files and no operations, and so
// stand beside the pipeline. The same guard keeps them.
func Docs(guard Guard) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Security-Policy", docsPolicy)
		switch err := guard.checkDocs(r); {
		case err != nil:
			writeProblem(w, client.AsError(err))
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			header.Set("Allow", "GET, HEAD")
			writeProblem(w, client.Errorf(client.WrongMethod, "the method is not allowed here"))
		case entrances[r.URL.Path] != "":
			header.Set("Location", entrances[r.URL.Path])
			w.WriteHeader(http.StatusMovedPermanently)
		case r.URL.Path == DocsPath:
			header.Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, docsPage, documentList())
		default:
			assets().ServeHTTP(w, r)
		}
	})
}

// entrances are what a person types who is looking for a page, with the way to it from
// there: to the console, or to the documents.
var entrances = map[string]string{prefix: "__admin/ui/", prefix + "/": "ui/", prefix + "/docs": "docs/"}

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
