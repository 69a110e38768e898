package kubernetes

import (
	"errors"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

// mismatches names each place and what is wrong there, without the schema and the value.
func mismatches(err error) []string {
	var several openapi3.MultiError
	var one *openapi3.SchemaError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &one) && !errors.As(err, &several):
		return []string{fmt.Sprintf("/%s: %s", strings.Join(one.JSONPointer(), "/"), one.Reason)}
	case several == nil:
		return []string{err.Error()}
	}
	var all []string
	for _, each := range several {
		all = append(all, mismatches(each)...)
	}
	return all
}

// repeated lists the elements that a list has twice by the keys it is a map of, which
// only Kubernetes' own extensions of a schema say.
func repeated(schema *openapi3.Schema, value any, at string) []string {
	var wrong []string
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if property := schema.Properties[name]; property != nil {
				wrong = append(wrong, repeated(property.Value, member, at+"/"+name)...)
			}
		}
	case []any:
		keys, _ := schema.Extensions["x-kubernetes-list-map-keys"].([]any)
		seen := map[string]bool{}
		for i, element := range value {
			place := fmt.Sprintf("%s/%d", at, i)
			wrong = append(wrong, repeated(schema.Items.Value, element, place)...)
			identity := identify(schema.Items.Value, element, keys)
			if len(keys) > 0 && seen[identity] {
				wrong = append(wrong, fmt.Sprintf("%s: %v is there twice: %s", place, keys, identity))
			}
			seen[identity] = true
		}
	}
	return wrong
}

// identify is an element's values of its keys, with the defaults a server fills in.
func identify(schema *openapi3.Schema, element any, keys []any) string {
	members, _ := element.(map[string]any)
	values := make([]any, len(keys))
	for i, key := range keys {
		name, _ := key.(string)
		var given bool
		if values[i], given = members[name]; !given && schema.Properties[name] != nil {
			values[i] = schema.Properties[name].Value.Default
		}
	}
	return fmt.Sprint(values...)
}

// metadata lists what no schema says of names, labels and annotations.
func metadata(text []byte) []string {
	var object metav1.PartialObjectMetadata
	if err := yaml.Unmarshal(text, &object); err != nil {
		return []string{err.Error()}
	}
	if object.Namespace == "" {
		object.Namespace = metav1.NamespaceDefault // every kind here is in one
	}
	var wrong []string
	for _, one := range validation.ValidateObjectMeta(&object.ObjectMeta, true, validation.NameIsDNSSubdomain, field.NewPath("metadata")) {
		wrong = append(wrong, one.Error())
	}
	return wrong
}
