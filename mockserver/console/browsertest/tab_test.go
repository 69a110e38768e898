//go:build browser

package browsertest

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "the folder that pictures of the pages are written to, by its absolute path")

// limit bounds each test, the start of its browser included.
const limit = 90 * time.Second

// tab is a page of the console in a browser of its own, and what it did that it should
// not do.
type tab struct {
	testing.TB

	ctx  context.Context
	base string
	mu   sync.Mutex
	bad  []string
}

// browser is the program that this machine has. Under this tag a missing one is a
// failure: a test that was asked for and did not run is not a pass.
func browser(t *testing.T) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("no browser on the PATH, expected one of %v", names)
	return ""
}

// open shows a page, after whatever has to be set before it is loaded.
func open(t *testing.T, base, page string, before ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	b := launch(t, base)
	b.do(before...)
	b.visit(page)
	return b
}

// launch starts a browser that shows nothing. When the test ends, nothing may have been asked of another server, forbidden by the policy of the
// page, or thrown by its script.
func launch(t *testing.T, base string) *tab {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser(t)), chromedp.NoSandbox, chromedp.WindowSize(1280, 1000))
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{TB: t, ctx: ctx, base: base}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	b.do(command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}))
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, complaint := range b.bad {
			t.Error(complaint)
		}
	})
	return b
}

// visit goes to a page of the console.
func (b *tab) visit(page string) {
	b.Helper()
	b.do(chromedp.Navigate(b.base+page), chromedp.WaitReady(chromedp.CSS("main")))
}

// command is a command of the protocol whose answer does not matter.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, c, params)
		return chromedp.Void{}, err
	}
}

func (b *tab) hear(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, b.base) && !strings.HasPrefix(e.Request.URL, "data:") {
			b.complain("the page asked for " + e.Request.URL)
		}
	case *runtime.EventConsoleAPICalled:
		b.complain("the page wrote to the console: " + string(e.Type))
	case *runtime.EventExceptionThrown:
		b.complain("the script threw: " + (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error())
	case *log.EventEntryAdded:
		// The browser also notes that a form was refused, or a token asked for.
		if !strings.Contains(e.Entry.Text, "status of 422") && !strings.Contains(e.Entry.Text, "status of 401") {
			b.complain("the browser logged: " + e.Entry.Text)
		}
	}
}

func (b *tab) complain(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bad = append(b.bad, text)
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.Fatalf("the browser: %v", err)
	}
}

// press clicks, and waits for the page that it leads to.
func (b *tab) press(selector string) {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.old = "true"`), chromedp.Click(chromedp.CSS(selector)))
	b.until(`!document.documentElement.dataset.old && document.readyState === "complete"`)
}

// ask evaluates an expression in the page.
func ask[T any](b *tab, expression string) T {
	b.Helper()
	answer, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.Fatalf("the browser: %s: %v", expression, err)
	}
	return answer
}

// until waits for an expression to be true. While a page is exchanged for the next,
// there may be none to ask.
func (b *tab) until(expression string) {
	b.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if now, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression)); err == nil && now {
			return
		}
	}
	b.Fatalf("this did not come about: %s\n%s", expression, ask[string](b, `document.querySelector("main").innerText.slice(0, 800)`))
}

// picture keeps what is seen, where somebody wants it.
func (b *tab) picture(name string) {
	b.Helper()
	if *screenshots == "" {
		return
	}
	shot, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.Fatalf("the picture: %v", err)
	}
	if err := os.MkdirAll(*screenshots, 0o750); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), shot, 0o600); err != nil {
		b.Fatal(err)
	}
}
