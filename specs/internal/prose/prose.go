// Package prose tells what of an OpenAPI document is for people from what is for
// the checks.
package prose

import (
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// forPeople are the fields that no check reads, where they are fields of OpenAPI
// and not names that the document itself gives, such as a property "description".
var forPeople = map[string]bool{
	"description": true, "summary": true, "tags": true, "externalDocs": true, "example": true, "examples": true,
	"x-keyturn-origin": true, "x-keyturn-source": true,
}

// named are the fields whose members carry names of the document's own.
var named = map[string]bool{
	"properties": true, "paths": true, "schemas": true, "parameters": true, "responses": true, "headers": true,
	"securitySchemes": true, "requestBodies": true, "content": true,
}

// Strip turns a document from YAML into JSON without the fields for people.
func Strip(document []byte) ([]byte, error) {
	var tree map[string]any
	if err := yaml.Unmarshal(document, &tree); err != nil {
		return nil, err
	}
	if tree["openapi"] == nil {
		return nil, fmt.Errorf("this is no OpenAPI document")
	}
	text, err := json.Marshal(strip(tree))
	return append(text, '\n'), err
}

// strip returns a node of OpenAPI's own without the fields for people.
func strip(value any) any {
	switch value := value.(type) {
	case map[string]any:
		kept := make(map[string]any, len(value))
		for name, member := range value {
			switch {
			case forPeople[name]:
			case named[name]:
				kept[name] = stripMembers(member)
			default:
				kept[name] = strip(member)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(value))
		for i, item := range value {
			kept[i] = strip(item)
		}
		return kept
	default:
		return value
	}
}

// stripMembers keeps every name of the document's own: a property may well be
// called "description".
func stripMembers(value any) any {
	members, ok := value.(map[string]any)
	if !ok {
		return strip(value)
	}
	kept := make(map[string]any, len(members))
	for name, member := range members {
		kept[name] = strip(member)
	}
	return kept
}
