package admin

import (
	"context"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// maxWorld is room for what a long rehearsal leaves behind: what getWorld shows can
// be put again.
const maxWorld = 64 << 20

func (p plane) getWorld(ctx context.Context, _ *provider.Call) (provider.Reply, error) {
	world, err := p.control.World(ctx)
	if err != nil {
		return provider.Reply{}, err
	}
	tree, err := worldTree(world)
	if err != nil {
		return provider.Reply{}, err
	}
	return provider.OK(tree), nil
}

func (p plane) putWorld(ctx context.Context, call *provider.Call) (provider.Reply, error) {
	world, err := fixtures.ParseWorld("body", call.Raw)
	if err != nil {
		return provider.Reply{}, client.Errorf(client.Invalid, "%s", err)
	}
	err = p.control.ReplaceWorld(ctx, world)
	var failure *client.Error
	switch {
	case err == nil:
		return done, nil
	case ctx.Err() != nil, errors.As(err, &failure) && failure.Kind == client.Internal:
		return provider.Reply{}, err
	default:
		return provider.Reply{}, client.Errorf(client.Invalid, "%s", err)
	}
}

// worldTree is the world as JSON, by way of its YAML: so the names are those of a
// world file, and what leaves here can be put again.
func worldTree(world fixtures.World) (any, error) {
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
