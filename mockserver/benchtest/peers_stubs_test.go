package benchtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/specs"
)

// stub is a path, with parameters in braces, and what is answered there whatever is sent.
type stub struct {
	method, path string
	body         []byte
}

// wrongReply breaks the document of the operation that wrongAsked asks for: whether anybody
// notices is found out by serving it.
const wrongReply = `{"code":"none"}`

var wrongAsked = question{request{method: "GET", path: "/api/v2/applications/" + v2App}, bearer}

func stubs(own answers) []stub {
	return []stub{
		{"GET", "/api/v2/applications/{appId}", []byte(wrongReply)},
		{"PATCH", "/api/v2/application/{appId}/refresh-secret", own.refreshed},
		{"POST", "/api/tenants/{tenant}/applications/{clientId}/secrets", own.added},
		{"POST", "/api/tenants/{tenant}/applications", own.registered},
		{"POST", "/oauth/token", own.token},
	}
}

// writeWireMock writes the stubs as a folder of mappings.
func writeWireMock(folder string, all []stub) error {
	parameter := regexp.MustCompile(`\{\w+\}`)
	var mappings []any
	for _, one := range all {
		mappings = append(mappings, map[string]any{
			"request": map[string]any{"method": one.method, "urlPathPattern": parameter.ReplaceAllString(one.path, "[^/]+")},
			"response": map[string]any{
				"status": 200, "headers": map[string]string{"Content-Type": jsonType}, "body": string(one.body),
			},
		})
	}
	return writeJSON(filepath.Join(folder, "mappings", "stubs.json"), map[string]any{"mappings": mappings})
}

// writeMockoon writes the stubs as a data file, of a shape that it does not have to migrate.
func writeMockoon(path string, all []stub) error {
	const shape = 33
	parameter := regexp.MustCompile(`\{(\w+)\}`)
	id := func(i, part int) string { return fmt.Sprintf("00000000-0000-4000-8000-%06d%06d", i+1, part) }
	var routes, children []any
	for i, one := range all {
		routes = append(routes, map[string]any{
			"uuid": id(i, 0), "type": "http", "documentation": "", "method": strings.ToLower(one.method),
			"endpoint": strings.TrimPrefix(parameter.ReplaceAllString(one.path, ":$1"), "/"),
			"responses": []any{map[string]any{
				"uuid": id(i, 1), "body": string(one.body), "latency": 0, "statusCode": 200, "label": "",
				"headers":  []any{map[string]string{"key": "Content-Type", "value": jsonType}},
				"bodyType": "INLINE", "filePath": "", "databucketID": "", "sendFileAsBody": false, "rules": []any{},
				"rulesOperator": "OR", "disableTemplating": true, "fallbackTo404": false, "default": true,
				"crudKey": "id", "callbacks": []any{},
			}},
			"responseMode": nil, "streamingMode": nil, "streamingInterval": 0,
		})
		children = append(children, map[string]string{"type": "route", "uuid": id(i, 0)})
	}
	return writeJSON(path, map[string]any{
		"uuid": "00000000-0000-4000-8000-000000000000", "lastMigration": shape, "name": "peers", "endpointPrefix": "",
		"latency": 0, "port": 0, "hostname": "127.0.0.1", "folders": []any{}, "routes": routes, "rootChildren": children,
		"proxyMode": false, "proxyHost": "", "proxyRemovePrefix": false,
		"tlsOptions": map[string]any{"enabled": false, "type": "CERT", "pfxPath": "", "certPath": "", "keyPath": "", "caPath": "", "passphrase": ""},
		"cors":       false, "headers": []any{}, "proxyReqHeaders": []any{}, "proxyResHeaders": []any{}, "data": []any{}, "callbacks": []any{},
	})
}

// writeDocument writes both APIs as one document, with the stand-in's answers as examples:
// whoever reads a document serves those, where there are any.
func writeDocument(path string, own answers) error {
	first, err := document("authing-v2", "")
	if err != nil {
		return err
	}
	second, err := document("identity-service", "Identity")
	if err != nil {
		return err
	}
	content := func(in map[string]any, way ...string) map[string]any {
		return inside(in, append(way, "content", jsonType)...)
	}
	content(first, "components", "responses", "Refreshed")["example"] = json.RawMessage(own.refreshed)
	content(first, "components", "responses", "Shown")["example"] = json.RawMessage(wrongReply)
	content(second, "paths", "/api/tenants/{tenant}/applications/{clientId}/secrets", "post", "responses", "200")["example"] = json.RawMessage(own.added)
	for name, item := range inside(second, "paths") {
		if _, ok := inside(first, "paths")[name]; !ok {
			inside(first, "paths")[name] = prefixed(item)
		}
	}
	for kind, named := range inside(second, "components") {
		all, _ := named.(map[string]any)
		if inside(first, "components")[kind] == nil {
			inside(first, "components")[kind] = map[string]any{}
		}
		maps.Copy(inside(first, "components", kind), all)
	}
	return writeJSON(path, first)
}

// prefixed keeps the ids of operations apart.
func prefixed(item any) any {
	operations, _ := item.(map[string]any)
	for _, one := range operations {
		if operation, ok := one.(map[string]any); ok {
			operation["operationId"] = fmt.Sprint("identity-", operation["operationId"])
		}
	}
	return item
}

// document reads an API's document and puts the prefix before the names of its components,
// but for the security schemes, which are the same.
func document(name, prefix string) (map[string]any, error) {
	source, err := specs.Source(name)
	if err != nil {
		return nil, err
	}
	loaded, err := openapi3.NewLoader().LoadFromData(source)
	if err != nil {
		return nil, fmt.Errorf("read the document of %s: %w", name, err)
	}
	text, err := loaded.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	reference := regexp.MustCompile(`"#/components/(\w+)/`)
	if err := json.Unmarshal(reference.ReplaceAll(text, []byte(`"#/components/$1/`+prefix)), &doc); err != nil {
		return nil, err
	}
	for kind, named := range inside(doc, "components") {
		all, _ := named.(map[string]any)
		if kind == "securitySchemes" {
			continue
		}
		renamed := map[string]any{}
		for own, one := range all {
			renamed[prefix+own] = one
		}
		inside(doc, "components")[kind] = renamed
	}
	return doc, nil
}

// inside goes down into objects; what is not there is a panic.
func inside(in map[string]any, way ...string) map[string]any {
	for _, name := range way {
		next, ok := in[name].(map[string]any)
		if !ok {
			panic(fmt.Sprintf("the document has no object at %q", way))
		}
		in = next
	}
	return in
}

func writeJSON(path string, value any) error {
	const private, entered = 0o600, 0o700
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), entered); err != nil {
		return err
	}
	return os.WriteFile(path, text, private)
}
