package telemetry

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// collector exports over HTTP. Its batches come one at a time.
type collector struct {
	settings *settings
	shown    string // the endpoint without what can be a credential
	client   *http.Client
	random   io.Reader
	logger   *slog.Logger
	down     bool

	hurried  chan struct{}
	hurrying sync.Once
}

func newCollector(wanted *settings, logger *slog.Logger, random io.Reader) *collector {
	shown := ""
	if address, err := url.Parse(wanted.endpoint); err == nil {
		shown = address.Scheme + "://" + address.Host + address.Path
	}
	return &collector{
		settings: wanted, shown: shown, random: random, logger: logger, hurried: make(chan struct{}),
		client: &http.Client{
			// A transport of its own, so that whoever replaces the default one, to trace
			// it for instance, does not trace the tracing.
			Transport: &http.Transport{
				Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConns: 1, IdleConnTimeout: time.Minute,
			},
			// The headers can be credentials, which belong to one address.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

func (c *collector) hurry() {
	c.hurrying.Do(func() { close(c.hurried) })
}

// export tries until the timeout, which is that of all tries together. It says once that
// the collector is down, and once that it is up again.
func (c *collector) export(ctx context.Context, spans []*record) error {
	ctx, cancel := context.WithTimeout(ctx, c.settings.timeout)
	defer cancel()
	err := c.try(ctx, spans)
	switch {
	case err != nil && !c.down:
		c.logger.Warn("spans are dropped: the collector does not take them", "endpoint", c.shown, "error", err)
	case err == nil && c.down:
		c.logger.Info("the collector takes spans again", "endpoint", c.shown)
	}
	c.down = err != nil
	return err
}

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 5 * time.Second
)

func (c *collector) try(ctx context.Context, spans []*record) error {
	body, err := c.encode(spans)
	if err != nil {
		return fmt.Errorf("encode %d spans: %w", len(spans), err)
	}
	var before error
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := c.send(ctx, body)
		if err != nil && before != nil && ctx.Err() != nil {
			return before // says more than that the time was over
		}
		before = err
		again, ok := errors.AsType[*retryable](err)
		if err == nil || !ok {
			return err
		}
		wait := pause/2 + c.jitter(pause/2)
		if again.after > 0 {
			wait = again.after
		}
		if deadline, limited := ctx.Deadline(); limited && wait >= time.Until(deadline) {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-c.hurried:
			timer.Stop()
			return err
		}
	}
}

// jitter is any time up to most.
func (c *collector) jitter(most time.Duration) time.Duration {
	var part [1]byte
	_, _ = io.ReadFull(c.random, part[:])
	return most * time.Duration(part[0]) / 255
}

func (c *collector) encode(spans []*record) ([]byte, error) {
	data := dataOf(c.settings.resource, spans)
	var body []byte
	if c.settings.protocol == protocolJSON {
		var err error
		if body, err = encodeJSON(data); err != nil {
			return nil, err
		}
	} else {
		body = encodeProtobuf(data)
	}
	if c.settings.compression != "gzip" {
		return body, nil
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(body); err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// retryable is a failure that may be over soon.
type retryable struct {
	cause error
	after time.Duration // what the collector asks for, 0 for nothing
}

func (r *retryable) Error() string { return r.cause.Error() }

func (r *retryable) Unwrap() error { return r.cause }

func (c *collector) send(ctx context.Context, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.settings.endpoint, bytes.NewReader(body))
	if err != nil {
		return withoutAddress(err)
	}
	request.Header.Set("User-Agent", "keyturn OTLP exporter")
	maps.Copy(request.Header, c.settings.headers)
	request.Header.Set("Content-Type", "application/x-protobuf")
	if c.settings.protocol == protocolJSON {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.settings.compression == "gzip" {
		request.Header.Set("Content-Encoding", "gzip")
	}
	reply, err := c.client.Do(request)
	if err != nil {
		return &retryable{cause: withoutAddress(err)}
	}
	defer reply.Body.Close()
	const longestReply = 64 << 10
	_, _ = io.Copy(io.Discard, io.LimitReader(reply.Body, longestReply))
	switch reply.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		seconds, _ := strconv.Atoi(reply.Header.Get("Retry-After"))
		return &retryable{cause: errors.New(reply.Status), after: time.Duration(max(0, min(seconds, 3600))) * time.Second}
	}
	if reply.StatusCode < 200 || reply.StatusCode > 299 {
		return errors.New(reply.Status)
	}
	return nil
}

// withoutAddress leaves out an address that can have a credential in its query.
func withoutAddress(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}
