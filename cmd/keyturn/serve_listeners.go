package main

import (
	"context"
	"fmt"
	"net"

	"github.com/keyturn/keyturn/mockserver"
)

// listeners are where a server is reached. admin is nil when the admin plane is where all
// else is.
type listeners struct{ main, admin net.Listener }

// openListeners binds every address before anybody hears of any.
func (s *serveSettings) openListeners(ctx context.Context) (listeners, error) {
	var l listeners
	var err error
	if l.main, err = (&net.ListenConfig{}).Listen(ctx, "tcp", s.addr); err != nil {
		return listeners{}, fmt.Errorf("addr: %w", err)
	}
	if s.adminAddr == "" {
		return l, nil
	}
	if l.admin, err = (&net.ListenConfig{}).Listen(ctx, "tcp", s.adminAddr); err != nil {
		l.main.Close()
		return listeners{}, fmt.Errorf("admin-addr: %w", err)
	}
	return l, nil
}

func (l listeners) close() {
	l.main.Close()
	if l.admin != nil {
		l.admin.Close()
	}
}

// plane is the one that the admin plane is behind.
func (l listeners) plane() net.Listener {
	if l.admin != nil {
		return l.admin
	}
	return l.main
}

// places are those of the server as requests come to it. Both listeners are reached alike.
func (l listeners) places(by transport) places {
	at := by.places(l.main.Addr())
	at.AdminURL = by.places(l.plane().Addr()).AdminURL
	return at
}

// endpoints say what of the server answers where.
func (l listeners) endpoints(by transport, server *mockserver.Server) []mockserver.Endpoint {
	if l.admin == nil {
		return []mockserver.Endpoint{{Listener: by.listen(l.main), Handler: by.guard(server, server)}}
	}
	return []mockserver.Endpoint{
		{Listener: by.listen(l.main), Handler: by.guard(server, server.Emulated())},
		{Listener: by.listen(l.admin), Handler: by.guard(server, server.Plane())},
	}
}
