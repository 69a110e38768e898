package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/keyturn/keyturn/fixtures"
)

// Reset goes back to the world of the start, or to the one that was last put, clears
// the journal, and switches those defects on that the server was started with.
func (c *Client) Reset(ctx context.Context) error {
	return c.do(ctx, call{method: http.MethodPost, path: "reset"})
}

// World returns the present state, secrets included. It can be put again as it is.
func (c *Client) World(ctx context.Context) (fixtures.World, error) {
	var world fixtures.World
	err := c.do(ctx, call{method: http.MethodGet, path: "world", receive: func(text []byte) error {
		var err error
		world, err = fixtures.ParseWorld("world", text)
		return err
	}})
	return world, err
}

// ReplaceWorld swaps the whole state for this world, which also becomes what a reset
// goes back to, and clears the journal. A world that is wrong is refused with the place
// and the reason, and nothing changes.
func (c *Client) ReplaceWorld(ctx context.Context, world fixtures.World) error {
	text, err := writeWorld(world)
	if err != nil {
		return fmt.Errorf("world: %w", err)
	}
	return c.do(ctx, call{method: http.MethodPut, path: "world", send: json.RawMessage(text)})
}

// writeWorld writes JSON with the names of a world file, by way of YAML.
func writeWorld(world fixtures.World) ([]byte, error) {
	var root yaml.Node
	if err := root.Encode(world); err != nil {
		return nil, err
	}
	tree, err := jsonTree(&root)
	if err != nil {
		return nil, err
	}
	return json.Marshal(tree)
}

func jsonTree(node *yaml.Node) (any, error) {
	switch node.Kind {
	case yaml.MappingNode:
		object := make(map[string]any, len(node.Content)/2)
		for pair := range slices.Chunk(node.Content, 2) {
			value, err := jsonTree(pair[1])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", pair[0].Value, err)
			}
			object[pair[0].Value] = value
		}
		return object, nil
	case yaml.SequenceNode:
		list := make([]any, len(node.Content))
		for i, item := range node.Content {
			value, err := jsonTree(item)
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
			list[i] = value
		}
		return list, nil
	}
	return jsonScalar(node)
}

func jsonScalar(node *yaml.Node) (any, error) {
	switch tag := node.ShortTag(); tag {
	case "!!str", "!!timestamp":
		return node.Value, nil
	case "!!null":
		return nil, nil
	default:
		if !json.Valid([]byte(node.Value)) {
			return nil, fmt.Errorf("%s: want a value that JSON has", node.Value)
		}
		return json.RawMessage(node.Value), nil
	}
}
