//go:build browser

package browsertest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/keyturn/keyturn/mockserver/console"
)

// marks counts the marks of a kind in the timeline.
func marks(kind string) string {
	return fmt.Sprintf(`document.querySelectorAll("svg.timeline .mark.%s").length`, kind)
}

// TestRehearsal is a rotation as somebody watches it who never loads a page anew.
func TestRehearsal(t *testing.T) {
	s := start(t, "")
	b := open(t, s.console(), clientPage)
	if lanes := ask[int](b, `document.querySelectorAll("svg.timeline .lane").length`); lanes != 1 {
		t.Fatalf("there are %d lanes at the start, want one", lanes)
	}

	secret := s.rotate(24 * time.Hour)
	b.until(`document.querySelectorAll("svg.timeline .lane").length === 2`)
	b.until(marks("will-expire") + ` === 1`)
	if status := s.use(secret); status != http.StatusOK {
		t.Fatalf("the new secret: status %d", status)
	}
	b.until(marks("accepted") + ` >= 1`)
	b.picture("1-rotated")

	b.visit("")
	b.until(`document.querySelectorAll("#requests > li").length === 2`)
	s.use("a-wrong-secret")
	b.until(`document.querySelectorAll("#requests > li").length === 3 && document.querySelector("#requests > li").textContent.includes("refused")`)
	b.picture("2-overview")

	b.press(`#clock button[value="168h"]`)
	if got := ask[string](b, `document.querySelector(".said").textContent`); got != "The clock was moved." {
		t.Errorf("the page says %q", got)
	}
	if ahead := time.Until(s.Clock().Now()); ahead < 167*time.Hour {
		t.Errorf("the clock is %s ahead, want a week", ahead)
	}

	b.visit(clientPage)
	b.until(marks("expired") + ` === 1 && ` + marks("will-expire") + ` === 0`)
	if status := s.use(secret); status != http.StatusUnauthorized && status != http.StatusBadRequest {
		t.Fatalf("the expired secret: status %d", status)
	}
	b.until(marks("refused") + ` >= 2`)
	b.picture("3-expired")
	if body := ask[string](b, `document.documentElement.outerHTML`); strings.Contains(body, secret) {
		t.Error("the page shows the secret")
	}
}

// TestFocusStays sees that nothing is taken from somebody who is typing.
func TestFocusStays(t *testing.T) {
	s := start(t, "")
	b := open(t, s.console(), "")
	b.do(chromedp.SendKeys(chromedp.CSS("#clock-advance"), "3"))
	s.use("a-wrong-secret")
	b.until(`document.querySelectorAll("#requests > li").length === 1`)
	b.until(`document.querySelector("#counts b").textContent === "1"`)
	if active := ask[string](b, `document.activeElement.id + "=" + document.activeElement.value`); active != "clock-advance=3" {
		t.Errorf("the focus is on %q", active)
	}
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector(".pause").click()`))
	s.use("another-wrong-secret")
	time.Sleep(time.Second)
	if rows := ask[int](b, `document.querySelectorAll("#requests > li").length`); rows != 1 {
		t.Errorf("%d rows while the list is paused", rows)
	}
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector(".pause").click()`))
	b.until(`document.querySelectorAll("#requests > li").length === 2`)
}

// TestNotLive says so when nothing keeps the page up to date any more.
func TestNotLive(t *testing.T) {
	s := start(t, "")
	b := open(t, s.console(), "")
	s.use("a-wrong-secret")
	b.until(`document.querySelectorAll("#requests > li").length === 1 && !document.querySelector("#offline").checkVisibility()`)
	s.stop()
	b.until(`document.querySelector("#offline").checkVisibility()`)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bad = nil // that the server is gone, which the browser notes
}

// TestWithoutScript does everything with forms.
func TestWithoutScript(t *testing.T) {
	s := start(t, "")
	b := open(t, s.console(), "", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	before := s.Clock().Now()
	b.do(chromedp.Click(chromedp.CSS(`#clock button[value="24h"]`)), chromedp.WaitVisible(chromedp.CSS(".said")))
	if moved := s.Clock().Now().Sub(before); moved < 24*time.Hour {
		t.Errorf("the clock has moved by %s", moved)
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#clock-at"), "2020-01-01T00:00:00Z"), chromedp.Click(chromedp.CSS(`#clock form:has(#clock-at) button`)), chromedp.WaitVisible(chromedp.CSS("#clock-error")))
	typed, err := chromedp.Run(b.ctx, chromedp.AttributeValue(chromedp.CSS("#clock-at"), "value"))
	if err != nil || typed.Value != "2020-01-01T00:00:00Z" {
		t.Errorf("what was typed is %q, %v", typed.Value, err)
	}
	b.picture("4-refused-form")
}

// TestNamespaces makes one and goes there, with the session that a token began.
func TestNamespaces(t *testing.T) {
	s := start(t, "token-of-the-plane")
	b := launch(t, s.url)
	b.signsIn(console.Path + "namespaces")
	b.do(chromedp.SendKeys(chromedp.CSS("#namespace-name"), "mine"))
	b.press("#new button")
	if got := ask[string](b, `location.pathname + " " + document.querySelector(".room").textContent`); got != "/ns/mine/__admin/ui/ mine" {
		t.Errorf("the page is %q", got)
	}
	b.press(".signout button")
	b.until(`!!document.querySelector("#token")`)
}

// signsIn goes to a page and gives the token that it asks for.
func (b *tab) signsIn(page string) {
	b.Helper()
	b.do(chromedp.Navigate(b.base+page), chromedp.WaitReady(chromedp.CSS("#token")))
	b.do(chromedp.SendKeys(chromedp.CSS("#token"), "token-of-the-plane"))
	b.picture("5-sign-in")
	b.press("main button")
}

// TestReveal shows a secret at the press of its button and keeps it shown.
func TestReveal(t *testing.T) {
	s := start(t, "")
	b := open(t, s.console(), "client?realm=authing&id=61df925846bed781f5757166")
	const secret = "2b0f6a7c9d4e4f1e8a35c7d21b96e0f4"
	if strings.Contains(ask[string](b, `document.documentElement.outerHTML`), secret) {
		t.Fatal("the secret shows before anybody asked")
	}
	b.press(`#secrets form[action*="client"] button`)
	if got := ask[string](b, `document.querySelector(".revealed code").textContent`); got != secret {
		t.Errorf("shown is %q", got)
	}
	time.Sleep(3 * time.Second) // in which the page is brought up to date
	if got := ask[string](b, `document.querySelector(".revealed code")?.textContent || ""`); got != secret {
		t.Errorf("after a while %q is shown", got)
	}
	b.picture("6-revealed")
}
