package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/keyturn/keyturn/mockserver/telemetry"
)

// lastSpans is how long the end waits for the collector. It is short: who sends the signal
// has seldom more than ten seconds, of which the requests have had theirs.
const lastSpans = 3 * time.Second

// endTracing sends the spans that are left.
func endTracing(ctx context.Context, tracing *telemetry.Tracing, logger *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastSpans)
	defer cancel()
	if err := tracing.Shutdown(ctx); err != nil {
		logger.WarnContext(ctx, "tracing ended", "error", err)
	}
}
