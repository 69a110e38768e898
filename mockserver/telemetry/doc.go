// Package telemetry is what a server tells about itself to others: numbers for
// Prometheus, spans for OpenTelemetry, and the ids by which a request is found in both,
// in the log and in the journal. It knows nothing of namespaces, faults or providers but
// their names.
//
// # What is shown
//
// Labels come from documents and from small sets of words, never from a caller, so the
// number of series has a bound. Neither numbers nor spans hold a secret: of a violation
// they show the kind and not the text, and what of an address they show is for the server
// to say.
//
// # Metrics
//
// The text format of Prometheus is written by this package. The client library of
// Prometheus would add 2.0 MB to the binary. That of VictoriaMetrics, at 0.16 MB, writes
// types only when a switch for the whole process is on, and no help ever, and it reads
// files and writes to the log when a program that only links it starts.
//
// # Traces
//
// The spans are written by this package, in OTLP 1 as protobuf or JSON over HTTP, and
// not by the OpenTelemetry SDK: that would add 0.75 MB to the binary, its exporter
// another 7 MB, and it reads the environment itself. Sampling, batches, retries and W3C
// Trace Context level 1 are as the specification has them, and so are the variables
// that OpenTracing reads, but that a value which makes no sense is an error where the
// specification would ignore it. There is no gRPC, no baggage, and no variable for limits
// of spans or for certificates.
package telemetry
