package console

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/propagation"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func (v *visit) value(name string) string { return strings.TrimSpace(v.r.PostForm.Get(name)) }

// duration reads a field that is a duration as Go writes it.
func (v *visit) duration(name string) (time.Duration, error) {
	var d wire.Duration
	if err := d.UnmarshalText([]byte(v.value(name))); err != nil {
		return 0, client.Errorf(client.Invalid, "%s", err).At(name)
	}
	return time.Duration(d), nil
}

// moveClock also serves the pages that lead to a time, and goes back to them.
func (v *visit) moveClock() {
	deed := ""
	err := v.room.Change(v.r.Context(), func() (err error) {
		deed, err = v.clockMoved()
		return err
	})
	if err != nil {
		v.reject("clock", err, (*visit).overview)
		return
	}
	to := v.value("to")
	if to == "" {
		to = "#clock"
	}
	v.done(to, deed)
}

func (v *visit) clockMoved() (deed string, err error) {
	clock := v.room.Clock()
	switch state := v.value("state"); {
	case state == "freeze":
		clock.Freeze()
		return "frozen", nil
	case state == "run":
		clock.Run()
		return "running", nil
	case state == "release":
		clock.Release()
		return "released", nil
	case v.value("at") != "":
		at, err := time.Parse(time.RFC3339, v.value("at"))
		if err != nil {
			return "", client.Errorf(client.Invalid, "want a time such as 2099-01-02T00:00:00Z").At("at")
		}
		return "clock", clock.Set(at)
	}
	by, err := v.duration("advance")
	if err != nil {
		return "", err
	}
	return "clock", clock.Advance(by)
}

func (v *visit) setPropagation() {
	settings, err := v.propagationTyped()
	if err == nil {
		err = v.room.SetPropagation(v.r.Context(), settings)
	}
	if err != nil {
		v.reject("propagation", err, (*visit).overview)
		return
	}
	v.done("#propagation", "propagation")
}

func (v *visit) propagationTyped() (propagation.Settings, error) {
	accept, err := v.duration("accept_new_after")
	if err != nil {
		return propagation.Settings{}, err
	}
	refuse, err := v.duration("refuse_old_after")
	if err != nil {
		return propagation.Settings{}, err
	}
	replicas, err := strconv.Atoi(v.value("replicas"))
	if err != nil {
		return propagation.Settings{}, client.Errorf(client.Invalid, "want 1 or 2").At("replicas")
	}
	return propagation.Settings{AcceptNewAfter: wire.Duration(accept), RefuseOldAfter: wire.Duration(refuse), Replicas: replicas}, nil
}

// switchDefect switches one on or off and leaves the others as they are.
func (v *visit) switchDefect() {
	on := v.room.Defects()
	deed := "defect-on"
	switch {
	case v.value("on") != "":
		on = append(slices.Clone(on), v.value("on"))
	case v.value("off") == "*":
		deed, on = "defects-off", nil
	default:
		deed = "defect-off"
		on = slices.DeleteFunc(slices.Clone(on), func(id string) bool { return id == v.value("off") })
	}
	page, back := (*visit).overview, "#defects"
	if v.value("to") == "defects" {
		page, back = (*visit).defects, "defects"
		v.name = "defects"
	}
	if err := v.room.SetDefects(v.r.Context(), on...); err != nil {
		failure := client.AsError(err)
		v.reject("defect", failure.At("on"), page)
		return
	}
	v.done(back, deed)
}

func (v *visit) takeSnapshot() {
	if _, err := v.room.SaveSnapshot(v.r.Context(), v.value("name")); err != nil {
		v.reject("snapshot", err, (*visit).overview)
		return
	}
	v.done("#snapshots", "snapshot")
}

func (v *visit) useSnapshot() {
	name, deed := v.value("name"), "restored"
	var err error
	if v.value("do") == "delete" {
		deed, err = "snapshot-deleted", v.room.DeleteSnapshot(v.r.Context(), name)
	} else {
		err = v.room.RestoreSnapshot(v.r.Context(), name)
	}
	if err != nil {
		v.reject("snapshot", err, (*visit).overview)
		return
	}
	v.done("#snapshots", deed)
}

func (v *visit) reset() {
	if err := v.room.Reset(v.r.Context()); err != nil {
		v.fail(err)
		return
	}
	v.done("", "reset")
}
