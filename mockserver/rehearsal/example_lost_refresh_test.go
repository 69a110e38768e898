package rehearsal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/admin/client"
)

// Authing V2 knows one secret at a time: a refresh replaces it. When the answer is lost,
// the refresh has failed for whoever asked and has happened all the same. To refresh
// again mends it, but nothing brings back the old secret, with which everything that
// runs is still configured. Where a service lets two secrets overlap, as in LostAnswer,
// the same accident is no outage.
func Example_lostRefresh() {
	rehearse(mockserver.Options{}, func(ctx context.Context, h *house) error {
		s, err := h.stage(ctx, "lost-refresh")
		if err != nil {
			return err
		}
		app := refreshed{
			tokenSide: tokenSide{http: s.http, endpoint: s.url + "/oauth/token", client: "61df925846bed781f5757166"},
			service:   s.url,
		}
		old, err := app.read(ctx)
		if err != nil {
			return err
		}
		fmt.Println("before the refresh the secret is", app.tried(ctx, old))

		if _, err := s.admin.AddFault(ctx, client.Fault{
			Match:  client.Match{Operation: "refreshSecret"},
			Effect: client.Effect{When: client.After, Reset: true},
			Times:  1,
		}); err != nil {
			return err
		}
		fmt.Println("the refresh has an answer:", app.refresh(ctx) == nil)
		fmt.Println("the secret that is in use is", app.tried(ctx, old))

		fmt.Println("the refresh is repeated, and has an answer:", app.refresh(ctx) == nil)
		fresh, err := app.read(ctx)
		if err != nil {
			return err
		}
		fmt.Println("the new secret is", app.tried(ctx, fresh))
		fmt.Println("the secret that is in use is", app.tried(ctx, old), "until the new one is deployed")
		return s.admin.Verify(ctx, client.Exactly(2, client.RequestMatch{Operation: "refreshSecret", Status: 200}))
	})
	// Output:
	// before the refresh the secret is accepted
	// the refresh has an answer: false
	// the secret that is in use is refused
	// the refresh is repeated, and has an answer: true
	// the new secret is accepted
	// the secret that is in use is refused until the new one is deployed
}

// refreshed is an application of Authing V2.
type refreshed struct {
	tokenSide

	service string
}

// refresh replaces the secret. The answer does not show the new one.
func (r refreshed) refresh(ctx context.Context) error {
	return r.ask(ctx, http.MethodPatch, "/api/v2/application/"+r.client+"/refresh-secret", nil)
}

// read returns the secret of now.
func (r refreshed) read(ctx context.Context) (string, error) {
	var detail struct{ Secret string }
	err := r.ask(ctx, http.MethodGet, "/api/v2/applications/"+r.client, &detail)
	return detail.Secret, err
}

// ask reads what the envelope of every answer holds.
func (r refreshed) ask(ctx context.Context, method, path string, data any) error {
	request, err := http.NewRequestWithContext(ctx, method, r.service+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer token")
	response, err := r.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	envelope := struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    any    `json:"data"`
	}{Data: data}
	if err := json.NewDecoder(response.Body).Decode(&envelope); err != nil {
		return err
	}
	if envelope.Code != http.StatusOK {
		return fmt.Errorf("%s %s: code %d: %s", method, path, envelope.Code, envelope.Message)
	}
	return nil
}
