package telemetry

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// Tracing records spans and sends them. It is safe for concurrent use, and a nil one
// records nothing.
type Tracing struct {
	sampler sampler
	parents bool
	batcher *batcher
	now     func() time.Time
	random  io.Reader
}

// OpenTracing starts what the environment asks for, and returns nil when it asks for
// nothing: spans are off unless OTEL_TRACES_EXPORTER is otlp or console, or an endpoint
// of OTLP is set; OTEL_SDK_DISABLED=true and the exporter none switch them off. Errors
// name the variable and what was expected. The logger hears of a collector that does not
// take spans, and gets the spans themselves from the exporter console.
//
// The context is only for the start. Shutdown ends what was started.
func OpenTracing(ctx context.Context, lookup func(string) (string, bool), logger *slog.Logger) (*Tracing, error) {
	wanted, err := readSettings(lookup, logger)
	if err != nil || wanted == nil {
		return nil, err
	}
	return open(wanted, logger, rand.Reader, time.Now), ctx.Err()
}

func open(wanted *settings, logger *slog.Logger, random io.Reader, now func() time.Time) *Tracing {
	var exporters []exporter
	if wanted.otlp {
		exporters = append(exporters, newCollector(wanted, logger, random))
	}
	if wanted.console {
		exporters = append(exporters, console{logger})
	}
	return &Tracing{
		sampler: wanted.sampler, parents: wanted.parents,
		batcher: newBatcher(wanted.batch, exporters, logger), now: now, random: random,
	}
}

// Start begins the span of a request that a server got. The headers say which span of the
// caller's it belongs to. The name stays unless End knows the method. The context that
// comes back knows the trace.
func (t *Tracing) Start(ctx context.Context, header http.Header, name string) (context.Context, *Span) {
	if t == nil {
		return ctx, nil
	}
	span := &Span{tracing: t}
	r := &span.record
	var from *parent
	if t.parents {
		from = readParent(header)
	}
	var ids [24]byte
	if _, err := io.ReadFull(t.random, ids[:]); err != nil {
		return ctx, nil
	}
	copy(r.SpanID[:], ids[:8])
	copy(r.TraceID[:], ids[8:])
	r.Flags = flagKnown
	if from != nil {
		r.TraceID, r.ParentSpanID, r.TraceState = from.trace, from.span, from.state
		r.Flags |= flagRemote
	}
	if t.sampler.samples(r.TraceID, from) {
		span.sampled = true
		r.Flags |= flagSampled
		r.Name, r.Kind, r.Start = name, kindServer, nanos(t.now())
	}
	return context.WithValue(ctx, spanKey{}, span), span
}

// Dropped is how many spans were not delivered: the queue was full, or the collector did
// not take them.
func (t *Tracing) Dropped() uint64 {
	if t == nil {
		return 0
	}
	return t.batcher.dropped.Load()
}

// Shutdown sends what is left and ends, at the latest when the context does or when
// OTEL_BSP_EXPORT_TIMEOUT is over. Spans that end later are dropped. Errors say how many
// spans were dropped on the way.
func (t *Tracing) Shutdown(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.batcher.shutdown(ctx)
}
