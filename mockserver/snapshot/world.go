package snapshot

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// World is a world as a JSON tree, by way of its YAML: so the names are those of a world
// file, and fixtures.ParseWorld reads the JSON back.
func World(world fixtures.World) (any, error) {
	var root yaml.Node
	if err := root.Encode(world); err != nil {
		return nil, fmt.Errorf("write the world: %w", err)
	}
	return jsonTree(&root)
}

func jsonTree(node *yaml.Node) (any, error) {
	switch node.Kind {
	case yaml.MappingNode:
		object := make(wire.Object, len(node.Content)/2)
		for i := 0; i+1 < len(node.Content); i += 2 {
			value, err := jsonTree(node.Content[i+1])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", node.Content[i].Value, err)
			}
			object[node.Content[i].Value] = value
		}
		return object, nil
	case yaml.SequenceNode:
		list := make(wire.Array, 0, len(node.Content))
		for i, item := range node.Content {
			value, err := jsonTree(item)
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
			list = append(list, value)
		}
		return list, nil
	}
	return jsonScalar(node)
}

func jsonScalar(node *yaml.Node) (any, error) {
	switch node.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		var value bool
		err := node.Decode(&value)
		return value, err
	case "!!int", "!!float":
		var value float64
		err := node.Decode(&value)
		return value, err
	default:
		return node.Value, nil // texts, and times as they are written
	}
}
