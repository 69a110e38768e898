package mocktest_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/keyturn/keyturn/mockserver/admin/client"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// TestLostAnswers is an example: two tests share a stand-in, and what goes wrong in the
// one does not in the other. Package rehearsal has whole stories.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t)
	for name, test := range map[string]struct{ lost, asked int }{"one is lost": {1, 2}, "none is lost": {0, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			room := standIn.Namespace(t)
			for range test.lost {
				if _, err := room.Admin().AddFault(t.Context(), client.Fault{
					Match:  client.Match{Operation: "addSecret"},
					Effect: client.Effect{When: client.After, Reset: true}, Times: 1,
				}); err != nil {
					t.Fatal(err)
				}
			}
			if err := addUntilAnswered(t.Context(), room.HTTPClient(), room.ProviderURL("identity-service")); err != nil {
				t.Error(err)
			}
			room.Expect(t, client.Exactly(test.asked, client.RequestMatch{Operation: "addSecret"}))
		})
	}
}

// addUntilAnswered stands for the code under test, which tries a second time.
func addUntilAnswered(ctx context.Context, through *http.Client, base string) error {
	var err error
	for range 2 {
		var request *http.Request
		if request, err = http.NewRequestWithContext(ctx, http.MethodPost, base+secretsPath, nil); err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer token")
		var response *http.Response
		if response, err = through.Do(request); err == nil {
			return response.Body.Close()
		}
	}
	return err
}
