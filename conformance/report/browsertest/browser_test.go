//go:build browser

package browsertest

import (
	"context"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// limit bounds each test, the start of its browser included.
const limit = 90 * time.Second

// tab is one page in a browser of its own, and what it did that it should not do.
type tab struct {
	testing.TB

	ctx   context.Context
	mu    sync.Mutex
	heard bool // the request for the page itself, without which silence proves nothing
	bad   []string
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

// open shows a file, after whatever has to be set before it is loaded. When the test
// ends, the page must have asked for nothing, opened no dialogue and logged no error.
func open(t *testing.T, path string, before ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser(t)), chromedp.NoSandbox, chromedp.WindowSize(1280, 1000))
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{TB: t, ctx: ctx}
	address := (&url.URL{Scheme: "file", Path: path}).String()
	if err := chromedp.Listen(ctx, func(event any) { b.hear(address, event) }); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	b.do(command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}))
	b.do(before...)
	b.do(chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS("footer")))
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if !b.heard {
			t.Error("the request for the page was not heard, so no other would have been")
		}
		for _, complaint := range b.bad {
			t.Error(complaint)
		}
	})
	return b
}

// command is a command of the protocol whose answer does not matter.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, c, params)
		return chromedp.Void{}, err
	}
}

func (b *tab) hear(address string, event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		asked, _, _ := strings.Cut(e.Request.URL, "#")
		if asked == address {
			b.mu.Lock()
			b.heard = true
			b.mu.Unlock()
		} else if !strings.HasPrefix(asked, "data:") {
			b.complain("the page asked for " + e.Request.URL)
		}
	case *network.EventWebSocketCreated:
		b.complain("the page opened a web socket to " + e.URL)
	case *runtime.EventConsoleAPICalled:
		b.complain("the page wrote to the console: " + string(e.Type))
	case *runtime.EventExceptionThrown:
		b.complain("the script threw: " + (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error())
	case *log.EventEntryAdded:
		b.complain("the browser logged: " + e.Entry.Text)
	case *page.EventJavascriptDialogOpening:
		b.complain("the page opened a dialogue: " + e.Message)
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

// run runs a statement in the page.
func (b *tab) run(statement string) {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](statement))
}

// ask evaluates an expression in the page.
func ask[T any](b *tab, expression string) T {
	b.Helper()
	answer, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.Fatalf("the browser: %v", err)
	}
	return answer
}
