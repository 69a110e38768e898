package checks

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHeadDiffers(t *testing.T) {
	t.Parallel()
	get := http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}, "Content-Length": {"12"}}
	tests := map[string]struct {
		status     int
		head, last http.Header
		want       []string
	}{
		"the same":               {200, get, get, nil},
		"no length":              {200, http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}}, get, nil},
		"another status":         {204, get, get, []string{"has HTTP 204, and GET has 200"}},
		"another length":         {200, http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}, "Content-Length": {"0"}}, get, []string{`has Content-Length ["0"], and GET has ["12"]`}},
		"a length that changes":  {200, http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}, "Content-Length": {"0"}}, http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}, "Content-Length": {"13"}}, nil},
		"nothing":                {200, http.Header{}, get, []string{`has no Content-Type, and GET has ["application/json"]`, `has no Cache-Control, and GET has ["no-store"]`}},
		"a validator of its own": {200, http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}, "Etag": {`"1"`}}, get, []string{`has Etag ["\"1\""], and GET has null`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, headDiffers(test.status, test.head, 200, get, test.last)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
