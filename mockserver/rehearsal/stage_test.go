package rehearsal_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/admin/client"
)

// stage is a namespace of a stand-in: a world with a clock and faults of its own.
type stage struct {
	// url is what the code under rehearsal is given for its provider's address.
	url  string
	http *http.Client
	// admin acts on this namespace.
	admin *client.Client
}

// rehearse plays in a namespace of a new stand-in, and prints what stops the play.
func rehearse(options mockserver.Options, play func(context.Context, *house) error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	standIn, err := mockserver.New(ctx, options)
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(standIn)
	defer server.Close()
	if err := play(ctx, &house{server}); err != nil {
		fmt.Println(err)
	}
}

// house is a stand-in, which has room for many stages.
type house struct{ *httptest.Server }

// stage makes a namespace of this name.
func (h *house) stage(ctx context.Context, name string) (stage, error) {
	admin := client.New(h.URL, client.Options{HTTP: h.Client()})
	if _, err := admin.CreateNamespace(ctx, client.NewNamespace{Name: name}); err != nil {
		return stage{}, err
	}
	return stage{url: h.URL + "/ns/" + name, http: h.Client(), admin: admin.Namespace(name)}, nil
}
