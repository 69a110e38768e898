package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// batchLimits are the OTEL_BSP_ variables.
type batchLimits struct {
	delay, timeout time.Duration
	queue, size    int
}

func readBatchLimits(env *environment) batchLimits {
	const mostSpans = 1 << 20
	limits := batchLimits{
		delay:   time.Duration(env.number("OTEL_BSP_SCHEDULE_DELAY", 5000)) * time.Millisecond,
		timeout: time.Duration(env.number("OTEL_BSP_EXPORT_TIMEOUT", 30_000)) * time.Millisecond,
		queue:   int(min(env.number("OTEL_BSP_MAX_QUEUE_SIZE", 2048), mostSpans)),
		size:    int(min(env.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512), mostSpans)),
	}
	limits.size = min(limits.size, limits.queue)
	return limits
}

// exporter takes batches, one at a time.
type exporter interface {
	// export returns when the spans are delivered or given up.
	export(ctx context.Context, spans []*record) error
	// hurry makes this and later exports try once only.
	hurry()
}

// batcher collects spans and exports them from a goroutine of its own. It never makes
// anybody wait: what finds no place is dropped and counted.
type batcher struct {
	limits    batchLimits
	exporters []exporter
	logger    *slog.Logger
	dropped   atomic.Uint64
	full      sync.Once

	queue    chan *record
	stopping chan struct{}
	stop     sync.Once
	stopped  chan struct{}
	// cancel ends the export that is under way.
	cancel context.CancelFunc
}

func newBatcher(limits batchLimits, exporters []exporter, logger *slog.Logger) *batcher {
	ctx, cancel := context.WithCancel(context.Background())
	b := &batcher{
		limits: limits, exporters: exporters, logger: logger, cancel: cancel,
		queue: make(chan *record, limits.queue), stopping: make(chan struct{}), stopped: make(chan struct{}),
	}
	go b.run(ctx)
	return b
}

func (b *batcher) add(span *record) {
	select {
	case <-b.stopping:
		b.dropped.Add(1)
		return
	default:
	}
	select {
	case b.queue <- span:
	default:
		b.dropped.Add(1)
		b.full.Do(func() {
			b.logger.Warn("spans are dropped: they end faster than they can be exported", "queue", b.limits.queue)
		})
	}
}

func (b *batcher) run(ctx context.Context) {
	defer close(b.stopped)
	batch := make([]*record, 0, b.limits.size)
	ticker := time.NewTicker(b.limits.delay)
	defer ticker.Stop()
	flush := func() {
		b.export(ctx, batch)
		clear(batch)
		batch = batch[:0]
		ticker.Reset(b.limits.delay)
	}
	for {
		select {
		case span := <-b.queue:
			if batch = append(batch, span); len(batch) == b.limits.size {
				flush()
			}
		case <-ticker.C:
			flush()
		case <-b.stopping:
			for {
				select {
				case span := <-b.queue:
					if batch = append(batch, span); len(batch) == b.limits.size {
						flush()
					}
					continue
				default:
				}
				flush()
				return
			}
		}
	}
}

func (b *batcher) export(ctx context.Context, batch []*record) {
	if len(batch) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, b.limits.timeout)
	defer cancel()
	for _, to := range b.exporters {
		if err := to.export(ctx, batch); err != nil {
			b.dropped.Add(uint64(len(batch)))
		}
	}
}

func (b *batcher) shutdown(ctx context.Context) error {
	before := b.dropped.Load()
	b.stop.Do(func() {
		for _, to := range b.exporters {
			to.hurry()
		}
		close(b.stopping)
	})
	ctx, done := context.WithTimeout(ctx, b.limits.timeout)
	defer done()
	select {
	case <-b.stopped:
	case <-ctx.Done():
		b.cancel()
		<-b.stopped
	}
	b.cancel()
	if lost := b.dropped.Load() - before; lost > 0 {
		return fmt.Errorf("%d spans were dropped at the end", lost)
	}
	return nil
}
