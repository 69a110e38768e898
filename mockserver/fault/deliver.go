package fault

import (
	"net/http"
	"strconv"
	"time"
)

// Delivery is how an answer is written. The zero value writes it as it is.
type Delivery struct {
	// Wait is to pass before the first byte.
	Wait time.Duration
	// Reset sends no answer and cuts the connection. The rest is of no account then.
	Reset bool
	// Empty leaves the body out and announces none.
	Empty bool
	// Truncate sends so many bytes of the body, announces all of them and cuts the
	// connection. A body that is not longer goes out whole.
	Truncate *int
	// Drip sends what is left of the body in pieces.
	Drip *Drip
}

// Plain reports whether there is nothing to it.
func (d Delivery) Plain() bool { return d == Delivery{} }

// Write writes the answer, whose header fields are in w. cut says that the handler must
// end with panic(http.ErrAbortHandler) once it has nothing left to do, for the
// connection, or in HTTP/2 the stream, to end before the answer does. A client that is
// gone cuts too. Nothing of it goes on when Write returns.
func (d Delivery) Write(w http.ResponseWriter, r *http.Request, status int, body []byte) (cut bool) {
	if Wait(w, r, d.Wait) != nil {
		return true
	}
	if d.Reset {
		return !reset(w)
	}
	permitted := permitsBody(status)
	if d.Empty || !permitted {
		body = nil
	}
	if permitted && (r.Method != http.MethodHead || d.Empty || len(body) > 0) {
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(status)
	if d.Truncate != nil && *d.Truncate < len(body) && r.Method != http.MethodHead {
		body, cut = body[:*d.Truncate], true
	}
	if !d.Drip.write(w, r, body) {
		return true
	}
	if cut {
		// What is left in the server's buffer would be lost with the connection.
		_ = http.NewResponseController(w).Flush()
	}
	return cut
}

// permitsBody reports whether an answer of the status has a length (RFC 9110 section
// 8.6).
func permitsBody(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// write writes the body, in one piece where there is no Drip, and reports whether the
// client was there to the end.
func (d *Drip) write(w http.ResponseWriter, r *http.Request, body []byte) bool {
	if d == nil || r.Method == http.MethodHead {
		_, err := w.Write(body)
		return err == nil || r.Method == http.MethodHead || len(body) == 0
	}
	control := http.NewResponseController(w)
	held := time.Duration(0)
	for first := true; len(body) > 0; first = false {
		if !first {
			held += time.Duration(d.Every)
		}
		if held > MaxLatency || !first && Wait(w, r, time.Duration(d.Every)) != nil {
			return false
		}
		piece := body[:min(d.Bytes, len(body))]
		body = body[len(piece):]
		if _, err := w.Write(piece); err != nil || control.Flush() != nil {
			return false
		}
	}
	return true
}
