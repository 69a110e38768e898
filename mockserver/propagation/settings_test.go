package propagation

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		settings Settings
		field    string
	}{
		"zero":                 {Settings{}, ""},
		"the most":             {Settings{wire.Duration(MaxDelay), wire.Duration(MaxDelay), 2}, ""},
		"a negative first":     {Settings{AcceptNewAfter: -1}, "/accept_new_after"},
		"a negative second":    {Settings{RefuseOldAfter: -1}, "/refuse_old_after"},
		"a first of too long":  {Settings{AcceptNewAfter: wire.Duration(MaxDelay + 1)}, "/accept_new_after"},
		"a second of too long": {Settings{RefuseOldAfter: wire.Duration(MaxDelay + 1)}, "/refuse_old_after"},
		"three replicas":       {Settings{Replicas: 3}, "/replicas"},
		"fewer than none":      {Settings{Replicas: -1}, "/replicas"},
	} {
		err := test.settings.Check()
		if test.field == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if got := client.AsError(err); err == nil || got.Kind != client.Invalid || got.Field != test.field {
			t.Errorf("%s: %v, want Invalid at %s", name, err, test.field)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	off := Settings{Replicas: 1}
	for name, test := range map[string]struct {
		given, want Settings
		on          bool
	}{
		"zero":                 {Settings{}, off, false},
		"one replica":          {off, off, false},
		"two that do not lag":  {Settings{Replicas: 2}, Settings{Replicas: 2}, true},
		"one replica, unnamed": {late, Settings{seconds(20), seconds(30), 1}, true},
	} {
		state := New(test.given)
		if diff := cmp.Diff(test.want, state.Settings()); diff != "" || (state != nil) != test.on {
			t.Errorf("%s: on is %t, want %t (-want +got):\n%s", name, state != nil, test.on, diff)
		}
	}
}

func TestSettingsAsJSON(t *testing.T) {
	t.Parallel()
	const text = `{"accept_new_after":"1m30s","refuse_old_after":"0s","replicas":2}`
	var got Settings
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Settings{AcceptNewAfter: wire.Duration(90 * time.Second), Replicas: 2}, got); diff != "" {
		t.Fatalf("read (-want +got):\n%s", diff)
	}
	written, err := json.Marshal(got)
	if err != nil || string(written) != text {
		t.Fatalf("written %s, error %v", written, err)
	}
}
