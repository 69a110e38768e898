package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

func (v *visit) createNamespace() {
	plan := namespace.Plan{Name: v.value("name"), From: v.value("from"), Snapshot: v.value("snapshot")}
	err := v.planned(&plan)
	if err == nil {
		_, err = v.Namespaces().Create(v.r.Context(), plan)
	}
	if err != nil {
		v.reject("namespace", err, (*visit).namespaces)
		return
	}
	v.open(plan.Name, "?done=namespace")
}

// planned reads what may be left out.
func (v *visit) planned(plan *namespace.Plan) error {
	if text := v.value("seed"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return client.Errorf(client.Invalid, "want a whole number of 0 or more").At("seed")
		}
		plan.Seed = &seed
	}
	if v.value("idle") != "" {
		idle, err := v.duration("idle")
		if err != nil {
			return err
		}
		plan.Idle = &idle
	}
	return nil
}

func (v *visit) deleteNamespace() {
	name := v.value("name")
	if err := v.Namespaces().Delete(v.r.Context(), name); err != nil {
		v.reject("namespace-delete", err, (*visit).namespaces)
		return
	}
	if name == v.room.Name() {
		// It has no console of its own any more.
		v.open(namespace.Default, "namespaces?done=namespace-deleted")
		return
	}
	v.done("namespaces", "namespace-deleted")
}

func (v *visit) openNamespace() {
	name := v.value("name")
	if _, err := v.Namespaces().Find(v.r.Context(), name); err != nil {
		v.reject("namespace-open", err, (*visit).namespaces)
		return
	}
	v.open(name, "")
}

// open leads to the console of another namespace, and takes the session along, as its
// cookie is for one path only. Where the host chooses the namespace, a form may not lead
// to another (see policy), and a link has to be followed.
func (v *visit) open(name, page string) {
	if v.byHost() {
		v.write(http.StatusOK, v.frame("Namespaces", h.Main(h.ID("main"), h.Class("narrow"),
			h.H1(h.Text("Namespaces")), h.P(h.A(h.Href(v.consoleOf(name)), h.Text("Open the console of "+name))))))
		return
	}
	if session := sessionOf(v.r); v.gate.sessions.has(session) {
		http.SetCookie(v.w, cookie(v.r, prefixOf(name), session))
	}
	v.w.Header().Set("Location", v.consoleOf(name)+page)
	v.w.WriteHeader(http.StatusSeeOther)
}

// byHost reports whether the host has chosen the namespace.
func (v *visit) byHost() bool {
	label, host, _ := strings.Cut(strings.ToLower(v.r.Host), ".")
	host, _, _ = strings.Cut(host, ":")
	return v.prefix == "" && host == "localhost" && (v.room == nil || v.room.Name() == label)
}

// prefixOf is what chooses the namespace by the path.
func prefixOf(name string) string {
	if name == namespace.Default {
		return ""
	}
	return "/ns/" + name
}

// consoleOf is the way from here to another namespace's console.
func (v *visit) consoleOf(name string) string {
	if v.byHost() {
		_, host, _ := strings.Cut(v.r.Host, ".")
		if name != namespace.Default {
			host = name + "." + host
		}
		return "//" + host + Path
	}
	up := "../.." // out of /__admin/ui
	if v.prefix != "" {
		up += "/../.." // and of /ns/{name}
	}
	return up + prefixOf(name) + Path
}
