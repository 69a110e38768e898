package admin

import (
	"context"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func (plane) getClock(_ context.Context, space *namespace.Namespace, _ *provider.Call) (provider.Reply, error) {
	reading := space.Clock().Read()
	return provider.OK(wire.Object{
		"now": timeText(reading.Now), "system": timeText(reading.System),
		"offset": reading.Offset().String(), "frozen": reading.Frozen,
	}), nil
}

func (p plane) putClock(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	if err := moveClock(space.Clock(), call.Object()); err != nil {
		return provider.Reply{}, err
	}
	return p.getClock(ctx, space, call)
}

// moveClock does what the one member of the body asks.
func moveClock(c *clock.Clock, body wire.Object) error {
	if len(body) != 1 {
		return client.Errorf(client.Invalid, "want one of at, advance, freeze and release, and no other with it")
	}
	for member, value := range body {
		switch member {
		case "at":
			at, err := time.Parse(time.RFC3339Nano, wire.Text(body, member))
			if err != nil {
				return client.Errorf(client.Invalid, "%q is no time, want one such as 2099-01-02T00:00:00Z", wire.Text(body, member)).At("/at")
			}
			return c.Set(at)
		case "advance":
			by, err := duration(body, member)
			if err != nil {
				return err
			}
			return c.Advance(by)
		case "freeze":
			if value == true {
				c.Freeze()
			} else {
				c.Run()
			}
			return nil
		case "release":
			c.Release()
			return nil
		}
	}
	return nil
}
