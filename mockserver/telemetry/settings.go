package telemetry

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// settings is what the environment asks for.
type settings struct {
	console, otlp bool

	endpoint    string
	headers     http.Header
	timeout     time.Duration
	protocol    string
	compression string

	resource []attribute
	sampler  sampler
	batch    batchLimits
	// parents is false where OTEL_PROPAGATORS leaves W3C Trace Context out.
	parents bool
}

// Protocols of OTLP over HTTP, as OTEL_EXPORTER_OTLP_PROTOCOL names them.
const (
	protocolProtobuf = "http/protobuf"
	protocolJSON     = "http/json"
)

// readSettings returns nil when nothing asks for traces.
func readSettings(lookup func(string) (string, bool), logger *slog.Logger) (*settings, error) {
	env := &environment{lookup: lookup}
	s := &settings{}
	if !s.readExporters(env) {
		return nil, env.err
	}
	if s.otlp {
		s.readOTLP(env)
	}
	s.readResource(env)
	s.sampler = readSampler(env)
	s.batch = readBatchLimits(env)
	s.parents = true
	if name := "OTEL_PROPAGATORS"; env.text(name, "") != "" {
		s.parents = slices.Contains(env.list(name), "tracecontext")
	}
	if env.err != nil {
		return nil, env.err
	}
	for _, name := range notSupported {
		for _, name := range []string{name, strings.Replace(name, "OTLP_", "OTLP_TRACES_", 1)} {
			if env.text(name, "") != "" {
				logger.Warn("a variable has no effect", "variable", name, "instead", "SSL_CERT_FILE names the certificates that are trusted")
			}
		}
	}
	return s, nil
}

var notSupported = []string{
	"OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_KEY",
}

// readExporters reports whether there is anything to export to.
func (s *settings) readExporters(env *environment) bool {
	if strings.EqualFold(env.text("OTEL_SDK_DISABLED", ""), "true") {
		return false
	}
	exporters := env.list("OTEL_TRACES_EXPORTER")
	for _, name := range exporters {
		switch name {
		case "otlp":
			s.otlp = true
		case "console":
			s.console = true
		case "none":
		default:
			env.fail("OTEL_TRACES_EXPORTER", "%q is not an exporter, want otlp, console or none", name)
		}
	}
	if len(exporters) == 0 {
		s.otlp = env.text("OTEL_EXPORTER_OTLP_ENDPOINT", "") != "" || env.text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "") != ""
	}
	return env.err == nil && !slices.Contains(exporters, "none") && (s.otlp || s.console)
}

func (s *settings) readOTLP(env *environment) {
	s.endpoint = readEndpoint(env)
	name, protocol := env.either("PROTOCOL")
	switch protocol {
	case "":
		s.protocol = protocolProtobuf
	case protocolProtobuf, protocolJSON:
		s.protocol = protocol
	case "grpc":
		env.fail(name, "OTLP over gRPC is not spoken, want %s or %s, which collectors take at port 4318", protocolProtobuf, protocolJSON)
	default:
		env.fail(name, "%q is not a protocol, want %s or %s", protocol, protocolProtobuf, protocolJSON)
	}
	name, s.compression = env.either("COMPRESSION")
	if s.compression != "" && s.compression != "gzip" && s.compression != "none" {
		env.fail(name, "%q is not a compression, want gzip or none", s.compression)
	}
	name, _ = env.either("TIMEOUT")
	s.timeout = time.Duration(env.number(name, 10_000)) * time.Millisecond
	name, _ = env.either("HEADERS")
	s.headers = http.Header{}
	for i, one := range env.pairs(name) {
		if !isToken(one.key) || strings.ContainsAny(one.text, "\r\n\x00") {
			env.fail(name, "entry %d is not a header, want name=value,name=value", i+1)
			return
		}
		s.headers.Add(one.key, one.text)
	}
}

// readEndpoint returns where traces go: the variable for traces as it is, the one for
// all signals with the signal's path. Values are not in errors, for some have
// credentials.
func readEndpoint(env *environment) string {
	name, value := "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", env.text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
	whole := value != ""
	if !whole {
		name = "OTEL_EXPORTER_OTLP_ENDPOINT"
		value = env.text(name, "http://localhost:4318")
	}
	address, err := url.Parse(value)
	if err != nil || address.Host == "" || (address.Scheme != "http" && address.Scheme != "https") {
		env.fail(name, "it is not an address, want one such as http://localhost:4318")
		return ""
	}
	if !whole {
		address = address.JoinPath("v1", "traces")
	}
	return address.String()
}

// readResource says who sends the spans.
func (s *settings) readResource(env *environment) {
	s.resource = []attribute{
		text("service.name", "keyturn"), text("telemetry.sdk.name", "keyturn"), text("telemetry.sdk.language", "go"),
	}
	for _, one := range env.pairs("OTEL_RESOURCE_ATTRIBUTES") {
		s.resource = set(s.resource, one)
	}
	if name := env.text("OTEL_SERVICE_NAME", ""); name != "" {
		s.resource = set(s.resource, text("service.name", name))
	}
}

// set replaces the attribute of that key, or adds it.
func set(all []attribute, one attribute) []attribute {
	if i := slices.IndexFunc(all, func(a attribute) bool { return a.key == one.key }); i >= 0 {
		all[i] = one
		return all
	}
	return append(all, one)
}

func isToken(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c > '~' || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return name != ""
}
