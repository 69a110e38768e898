package build

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestFromBuildInfo(t *testing.T) {
	tests := map[string]struct {
		info debug.BuildInfo
		want Info
	}{
		"working tree": {debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Version: "(devel)"}}, Info{Version: "devel", Go: "go1.26.0"}},
		"no version":   {debug.BuildInfo{GoVersion: "go1.26.0"}, Info{Version: "devel", Go: "go1.26.0"}},
		"release": {
			debug.BuildInfo{
				GoVersion: "go1.26.0", Main: debug.Module{Version: "v1.2.3"},
				Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "false"}},
			},
			Info{Version: "v1.2.3", Commit: "abc", Go: "go1.26.0"},
		},
		"changed tree": {
			debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}, {Key: "vcs.revision", Value: "abc"}}},
			Info{Version: "devel", Commit: "abc+changes"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := from(&test.info); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestReadKnowsTheToolchain(t *testing.T) {
	if got := Read(); got.Go != runtime.Version() || got.Version == "" {
		t.Errorf("got %+v, want a version and %s", got, runtime.Version())
	}
}
