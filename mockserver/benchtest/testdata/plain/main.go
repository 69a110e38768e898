// Command plain is the server that somebody would write in an afternoon: gorilla/mux
// and encoding/json, no check against any document. It has the routes of all four
// APIs and does the work of one, the refresh of a secret: it checks the bearer,
// rotates the secret in a map behind a lock, and answers with the same members.
//
//	plain ADDRESS REPLY ROUTES
//
// REPLY is a file with a reply of the stand-in; ROUTES one with lines of a method and
// a path.
package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"log"
	"maps"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/mux"
)

const refresh = "/api/v2/application/{appId}/refresh-secret"

type server struct {
	template map[string]any
	message  any

	mu      sync.Mutex
	secrets map[string]string
}

func main() {
	s := &server{secrets: map[string]string{}}
	var reply struct {
		Message any
		Data    map[string]any
	}
	if err := json.Unmarshal(must(os.ReadFile(os.Args[2])), &reply); err != nil {
		log.Fatal(err)
	}
	s.template, s.message = reply.Data, reply.Message
	s.secrets[s.template["id"].(string)] = "the first one"
	router := mux.NewRouter()
	lines := bufio.NewScanner(bytes.NewReader(must(os.ReadFile(os.Args[3]))))
	for lines.Scan() {
		method, path, _ := strings.Cut(lines.Text(), " ")
		handler := http.NotFound
		if path == refresh {
			handler = s.refresh
		}
		router.HandleFunc(path, handler).Methods(method)
	}
	log.Fatal(http.ListenAndServe(os.Args[1], router))
}

func must(data []byte, err error) []byte {
	if err != nil {
		log.Fatal(err)
	}
	return data
}

func (s *server) refresh(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer token" {
		http.Error(w, "unknown token", http.StatusUnauthorized)
		return
	}
	random := make([]byte, 16)
	_, _ = rand.Read(random)
	secret, id := hex.EncodeToString(random), mux.Vars(r)["appId"]
	s.mu.Lock()
	_, known := s.secrets[id]
	if known {
		s.secrets[id] = secret
	}
	s.mu.Unlock()
	if !known {
		http.NotFound(w, r)
		return
	}
	body, err := json.Marshal(map[string]any{"code": 200, "message": s.message, "data": s.document(id)})
	if err != nil {
		http.Error(w, "no JSON", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

func (s *server) document(id string) map[string]any {
	data := maps.Clone(s.template)
	data["id"], data["updatedAt"] = id, time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	for name, key := range map[string]string{"oidcConfig": "client_id", "oauthConfig": "id"} {
		config := maps.Clone(data[name].(map[string]any))
		config[key] = id
		data[name] = config
	}
	return data
}
