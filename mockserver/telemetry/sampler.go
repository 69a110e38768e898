package telemetry

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// sampler decides which traces are recorded.
type sampler struct {
	// threshold is compared with the last 63 bits of a trace's id, as all SDKs do, so
	// that they come to the same decision.
	threshold uint64
	// byParent lets the caller's decision stand, where there is one.
	byParent bool
}

const always = 1 << 63

func (s sampler) samples(id traceID, parent *parent) bool {
	if s.byParent && parent != nil {
		return parent.sampled
	}
	return binary.BigEndian.Uint64(id[8:])>>1 < s.threshold
}

func readSampler(env *environment) sampler {
	const name = "OTEL_TRACES_SAMPLER"
	written := env.text(name, "parentbased_always_on")
	kind, byParent := strings.CutPrefix(written, "parentbased_")
	switch kind {
	case "always_on":
		return sampler{always, byParent}
	case "always_off":
		return sampler{0, byParent}
	case "traceidratio":
		return sampler{readRatio(env), byParent}
	}
	env.fail(name, "%q is not a sampler, want always_on, always_off, traceidratio, or one of them after parentbased_", written)
	return sampler{}
}

func readRatio(env *environment) uint64 {
	const name = "OTEL_TRACES_SAMPLER_ARG"
	written := env.text(name, "1")
	ratio, err := strconv.ParseFloat(written, 64)
	if err != nil || !(ratio >= 0 && ratio <= 1) {
		env.fail(name, "%q is not a ratio, want a number from 0 to 1", written)
	}
	return uint64(ratio * always)
}
