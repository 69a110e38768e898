package exchange

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// maxBody bounds what is read of one answer. No document here has a reply of a
// tenth of it.
const maxBody = 4 << 20

// Options bound a client.
type Options struct {
	Hosts        []string           // that may be talked to
	Requests     int                // in all; 0 is no bound
	Rate         float64            // a second; 0 is no bound
	PerOperation map[string]float64 // label → a second
	Timeout      time.Duration      // of one request
	Patience     time.Duration      // the longest Retry-After that is waited out
	TLS          *tls.Config        // nil for the system's trust
	Agent        string             // User-Agent
	Began        time.Time          // what the times of exchanges count from; default when the client is made
	Now          func() time.Time
}

// Client sends requests to one target.
type Client struct {
	options   Options
	hosts     map[string]bool
	kept      *http.Client
	fresh     *http.Client
	all       *rate.Limiter
	each      map[string]*rate.Limiter
	began     time.Time
	sent      atomic.Int64
	throttled atomic.Int64
	broken    atomic.Int64 // transport failures in a row
	lifted    atomic.Bool  // the budget
}

// maxBroken is how many requests in a row may end without an answer before the
// target counts as gone.
const maxBroken = 8

// New makes a client. Close ends its connections.
func New(options Options) *Client {
	c := &Client{options: options, hosts: map[string]bool{}, each: map[string]*rate.Limiter{}, began: options.Began, all: limiter(options.Rate)}
	if c.began.IsZero() {
		c.began = options.Now()
	}
	for _, host := range options.Hosts {
		c.hosts[host] = true
	}
	for label, perSecond := range options.PerOperation {
		c.each[label] = limiter(perSecond)
	}
	c.kept = c.over(&http.Transport{MaxIdleConns: 64, MaxIdleConnsPerHost: 64})
	c.fresh = c.over(&http.Transport{DisableKeepAlives: true})
	return c
}

func limiter(perSecond float64) *rate.Limiter {
	if perSecond <= 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	return rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))
}

func (c *Client) over(transport *http.Transport) *http.Client {
	transport.DialContext = (&net.Dialer{Timeout: c.options.Timeout}).DialContext
	transport.TLSClientConfig = c.options.TLS
	transport.TLSHandshakeTimeout = c.options.Timeout
	transport.DisableCompression = true // what is compared and searched is what was sent
	return &http.Client{
		Transport: transport,
		// A redirect is an answer like any other: following it would send credentials
		// where nobody said they may go.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close ends the idle connections.
func (c *Client) Close() {
	c.kept.CloseIdleConnections()
	c.fresh.CloseIdleConnections()
}

// Lift ends the budget and forgets past failures: what was made has to be removed
// however a run ends.
func (c *Client) Lift() {
	c.lifted.Store(true)
	c.broken.Store(0)
}

// Sent is the number of requests so far.
func (c *Client) Sent() int { return int(c.sent.Load()) }

// Throttled is the number of answers of 429 so far.
func (c *Client) Throttled() int { return int(c.throttled.Load()) }

// Since is the time of the run at an instant.
func (c *Client) Since() time.Duration { return c.options.Now().Sub(c.began) }

// Do sends a request and waits for its whole answer, obeying the rates and any
// Retry-After. What happened is always in the exchange, a failure too.
func (c *Client) Do(ctx context.Context, recorder *Recorder, request Request) *Exchange {
	e := &Exchange{Request: request, Start: c.Since()}
	recorder.add(e)
	for {
		e.Response, e.Err = c.once(ctx, e)
		e.End = c.Since()
		if e.Err != nil || e.Response.Status != http.StatusTooManyRequests {
			return e
		}
		c.throttled.Add(1)
		e.Waits++
		pause := retryAfter(e.Response.Header, c.options.Now(), e.Waits)
		if pause > c.options.Patience || e.Waits > 10 {
			e.Err = fmt.Errorf("%w: Retry-After asks for %s", ErrThrottled, pause.Round(time.Second))
			return e
		}
		if err := Sleep(ctx, pause); err != nil {
			e.Err = err
			return e
		}
	}
}

func (c *Client) once(ctx context.Context, e *Exchange) (*Response, error) {
	request := e.Request
	at, err := url.Parse(request.URL)
	if err != nil {
		return nil, err
	}
	if !c.hosts[at.Host] {
		return nil, fmt.Errorf("%w: %s", ErrHost, at.Host)
	}
	if c.broken.Load() >= maxBroken {
		return nil, fmt.Errorf("%w: %d requests in a row had no answer", ErrBroken, maxBroken)
	}
	if err := c.wait(ctx, request.Label); err != nil {
		return nil, err
	}
	if sent := c.sent.Add(1); c.options.Requests > 0 && !c.lifted.Load() && sent > int64(c.options.Requests) {
		c.sent.Add(-1)
		return nil, fmt.Errorf("%w: %d", ErrBudget, c.options.Requests)
	}
	timed, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	if request.Leave {
		timed = httptrace.WithClientTrace(timed, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { cancel() }})
	}
	outgoing, err := http.NewRequestWithContext(timed, request.Method, request.URL, bytes.NewReader(request.Body))
	if err != nil {
		return nil, err
	}
	outgoing.Header = request.Header.Clone()
	if outgoing.Header == nil {
		outgoing.Header = http.Header{}
	}
	if outgoing.Header.Get("User-Agent") == "" {
		outgoing.Header.Set("User-Agent", c.options.Agent)
	}
	e.Start = c.Since()
	client := c.kept
	if request.Fresh || request.Leave {
		client = c.fresh
	}
	response, err := read(client, outgoing)
	return response, c.explain(ctx, request, err)
}

func (c *Client) wait(ctx context.Context, label string) error {
	if each := c.each[label]; each != nil {
		if err := each.Wait(ctx); err != nil {
			return err
		}
	}
	return c.all.Wait(ctx)
}

func read(client *http.Client, outgoing *http.Request) (*Response, error) {
	answer, err := client.Do(outgoing)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off after %d bytes of its body: %w", len(body), err)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("the answer is longer than %d bytes", maxBody)
	}
	return &Response{Status: answer.StatusCode, Proto: answer.Proto, Header: answer.Header, Body: body}, nil
}

// explain says in words what a transport failure was, and counts it.
func (c *Client) explain(ctx context.Context, request Request, err error) error {
	var wrapped *url.Error
	switch {
	case err == nil:
		c.broken.Store(0)
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case request.Leave && errors.Is(err, context.Canceled):
		return ErrLeft
	case errors.As(err, &wrapped):
		err = wrapped.Err
	}
	c.broken.Add(1)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no whole answer within %s", c.options.Timeout)
	}
	return err
}
