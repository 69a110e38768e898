package profile

import "testing"

func TestBuiltin(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"authing-v2", "genauth-v3", "angusgm", "identity-service"} {
		bound, err := Builtin(provider)
		if err != nil {
			t.Errorf("%s: %v", provider, err)
			continue
		}
		t.Log(provider, bound.Features(), bound.Facts())
	}
}
