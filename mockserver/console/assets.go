package console

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"strconv"
)

//go:embed assets/console.css
var styleText string

//go:embed assets/console.js
var scriptText string

// asset is a file of the page. Its name changes with its content, so that a browser may
// keep it for good.
type asset struct{ name, media, text string }

var (
	style  = newAsset("console", ".css", "text/css; charset=utf-8", styleText)
	script = newAsset("console", ".js", "text/javascript; charset=utf-8", scriptText)
)

func newAsset(name, extension, media, text string) asset {
	sum := sha256.Sum256([]byte(text))
	return asset{name: name + "-" + hex.EncodeToString(sum[:6]) + extension, media: media, text: text}
}

// serveAsset is for everybody, as the page to sign in with needs its style too.
func serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	for _, file := range []asset{style, script} {
		if file.name == name && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			header := w.Header()
			header.Set("Content-Type", file.media)
			header.Set("Cache-Control", "public, max-age=31536000, immutable")
			header.Set("Content-Length", strconv.Itoa(len(file.text)))
			if r.Method == http.MethodGet {
				_, _ = w.Write([]byte(file.text)) // a client that is gone has nothing to be told
			}
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
}
