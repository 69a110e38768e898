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

const (
	// maxBody bounds what is read of one answer, and so do its headers. No document
	// here has a reply of a tenth of it.
	maxBody = 1 << 20
	// maxKept bounds what all answers of a client hold together: they stay in memory
	// until the report is written.
	maxKept = 64 << 20
	// maxIdle is less than any server in use leaves an idle connection open for, so
	// that a request seldom goes out on one that is being closed.
	maxIdle = time.Second
)

// Options bound a client.
type Options struct {
	Hosts        []string           // that may be talked to
	Requests     int                // in all; 0 is no bound
	Rate         float64            // a second; 0 is no bound
	PerOperation map[string]float64 // label → a second
	Timeout      time.Duration      // of one request
	Patience     time.Duration      // that one request has with a target which asks to wait, in all
	TLS          *tls.Config        // nil for the system's trust
	Agent        string             // User-Agent
	Began        time.Time          // what the times of exchanges count from; default when the client is made
	Now          func() time.Time
}

// Client sends requests to one target.
type Client struct {
	options   Options
	hosts     map[string]bool
	reusing   *http.Client
	fresh     *http.Client
	all       *rate.Limiter
	each      map[string]*rate.Limiter
	began     time.Time
	sent      atomic.Int64
	throttled atomic.Int64
	kept      atomic.Int64 // bytes of answers
	broken    atomic.Int64 // transport failures in a row
	lifted    atomic.Bool  // the budget
	gate      gate
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
	c.reusing = c.over(&http.Transport{MaxIdleConns: 64, MaxIdleConnsPerHost: 64, IdleConnTimeout: maxIdle})
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
	transport.MaxResponseHeaderBytes = maxBody
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
	c.reusing.CloseIdleConnections()
	c.fresh.CloseIdleConnections()
}

// Lift ends the budget of requests, begins that of bytes anew and forgets past failures:
// what was made has to be removed however a run ends. A wait that the target asked for
// stays in force.
func (c *Client) Lift() {
	c.lifted.Store(true)
	c.kept.Store(0)
	c.broken.Store(0)
}

// Sent is the number of requests so far.
func (c *Client) Sent() int { return int(c.sent.Load()) }

// Throttled is the number of answers so far that asked to wait.
func (c *Client) Throttled() int { return int(c.throttled.Load()) }

// Since is the time of the run at an instant.
func (c *Client) Since() time.Duration { return c.options.Now().Sub(c.began) }

// Do sends a request and waits for its whole answer, obeying the rates and any
// Retry-After of 429 and 503, also of answers to other requests. What happened is always
// in the exchange, a failure too.
func (c *Client) Do(ctx context.Context, recorder *Recorder, request Request) *Exchange {
	e := &Exchange{Request: request, Start: c.Since()}
	recorder.add(e)
	e.Response, e.Err = c.patiently(ctx, e)
	e.End = c.Since()
	return e
}

// patiently repeats a request until its answer does not ask to wait. Only that answer
// is kept.
func (c *Client) patiently(ctx context.Context, e *Exchange) (*Response, error) {
	var waited time.Duration
	for {
		response, err := c.once(ctx, e, &waited)
		if err != nil {
			return nil, err
		}
		now := c.options.Now()
		pause, asked := asks(response, now, e.Waits+1)
		if !asked {
			return c.keep(response)
		}
		c.throttled.Add(1)
		e.Waits++
		c.gate.shut(now.Add(pause), Throttle{Status: response.Status, RetryAfter: response.Header.Get("Retry-After")})
	}
}

func (c *Client) keep(response *Response) (*Response, error) {
	size := len(response.Body)
	for name, values := range response.Header {
		size += len(name)
		for _, value := range values {
			size += len(value)
		}
	}
	if c.kept.Add(int64(size)) > maxKept {
		return nil, errTooLarge
	}
	return response, nil
}

func (c *Client) once(ctx context.Context, e *Exchange, waited *time.Duration) (*Response, error) {
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
	if c.kept.Load() > maxKept {
		return nil, errTooLarge
	}
	if err := c.wait(ctx, request.Label, waited); err != nil {
		return nil, err
	}
	if sent := c.sent.Add(1); c.options.Requests > 0 && !c.lifted.Load() && sent > int64(c.options.Requests) {
		c.sent.Add(-1)
		return nil, fmt.Errorf("%w: %d requests were sent", ErrBudget, c.options.Requests)
	}
	timed, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	var seen sight
	trace := seen.trace()
	if request.Leave {
		trace.WroteRequest = func(httptrace.WroteRequestInfo) { cancel() }
	}
	timed = httptrace.WithClientTrace(timed, trace)
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
	client := c.reusing
	if request.Fresh || request.Leave {
		client = c.fresh
	}
	response, err := read(client, outgoing)
	return response, c.explain(ctx, request, &seen, err)
}

// wait looks at the gate first, so that those who waited there pass the rates one by
// one, and again behind them, as it may have been shut meanwhile.
func (c *Client) wait(ctx context.Context, label string, waited *time.Duration) error {
	if err := c.hold(ctx, waited); err != nil {
		return err
	}
	if each := c.each[label]; each != nil {
		if err := each.Wait(ctx); err != nil {
			return err
		}
	}
	if err := c.all.Wait(ctx); err != nil {
		return err
	}
	return c.hold(ctx, waited)
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
	// All of them are kept until the run is judged, and the room behind a body would be, too.
	return &Response{Status: answer.StatusCode, Proto: answer.Proto, Header: answer.Header, Body: bytes.Clone(body)}, nil
}

// explain says in words what a transport failure was, and counts it.
func (c *Client) explain(ctx context.Context, request Request, seen *sight, err error) error {
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
	late := errors.Is(err, context.DeadlineExceeded)
	if !late && seen.closed() {
		// No failure of the target: the next request opens a connection, which shows.
		return fmt.Errorf("%w: %w", ErrClosed, err)
	}
	c.broken.Add(1)
	if late {
		return fmt.Errorf("no whole answer within %s", c.options.Timeout)
	}
	return err
}
