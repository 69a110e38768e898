package fault

import (
	"net"
	"net/http"
)

// reset cuts the connection so that the peer sees a reset and not an end, and reports
// whether it could. It cannot where many requests share a connection, as in HTTP/2, and
// where there is no TCP beneath.
func reset(w http.ResponseWriter) bool {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	beneath := underneath(connection)
	if abrupt, is := beneath.(interface{ SetLinger(seconds int) error }); is {
		_ = abrupt.SetLinger(0) // what is closed already has been cut
	}
	// TLS would say goodbye first, and the peer take that for an orderly end.
	_ = beneath.Close()
	if beneath != connection {
		_ = connection.Close() // for what the layers above keep of it
	}
	return true
}

// underneath is the connection below TLS and whatever else is around it.
func underneath(connection net.Conn) net.Conn {
	for {
		layer, is := connection.(interface{ NetConn() net.Conn })
		if !is {
			return connection
		}
		connection = layer.NetConn()
	}
}
