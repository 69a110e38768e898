package telemetry

import (
	"context"
	"encoding/hex"
	"log/slog"
	"time"
)

// console exports to the log, one line a span.
type console struct{ logger *slog.Logger }

func (console) hurry() {}

func (c console) export(ctx context.Context, spans []*record) error {
	for _, span := range spans {
		attributes := []slog.Attr{
			slog.String("name", span.Name), slog.String("trace_id", hex.EncodeToString(span.TraceID[:])),
			slog.String("span_id", hex.EncodeToString(span.SpanID[:])), slog.Duration("took", time.Duration(span.End-span.Start)),
		}
		if span.ParentSpanID != (spanID{}) {
			attributes = append(attributes, slog.String("parent_span_id", hex.EncodeToString(span.ParentSpanID[:])))
		}
		for _, one := range span.Attributes {
			if one.isNumber {
				attributes = append(attributes, slog.Int64(one.key, one.number))
			} else {
				attributes = append(attributes, slog.String(one.key, one.text))
			}
		}
		c.logger.LogAttrs(ctx, slog.LevelInfo, "span", attributes...)
	}
	return nil
}
