package identityservice

import (
	"context"
	"net/http"

	"github.com/keyturn/keyturn/mockserver/provider"
)

// The pages are constants, so nothing of a request, its state above all, can find
// its way into them.
const (
	noAccessPage  = pageHead + `<title>No access</title><p>You have no access to this application.</p>`
	dashboardPage = pageHead + `<title>Dashboard</title><p>The stand-in has no dashboard.</p>`
	profilePage   = pageHead + `<title>Profile</title><p>The stand-in has no users and no profiles.</p>`

	pageHead = `<!DOCTYPE html><html lang="en"><meta charset="utf-8">`
)

func page(text string) provider.Handler {
	return func(context.Context, *provider.Call) (provider.Reply, error) {
		return provider.Reply{Status: http.StatusOK, Media: "text/html", Body: text}, nil
	}
}
