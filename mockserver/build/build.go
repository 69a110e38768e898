package build

import (
	"runtime/debug"
	"strings"
)

// Info identifies a binary.
type Info struct {
	// Version is the module's version, or "devel" for one that was built from a
	// working tree.
	Version string
	// Commit is the revision it was built from, with "+changes" when the tree
	// held more than that. It is empty when the toolchain was not told.
	Commit string
	// Go is the release of the toolchain.
	Go string
}

const unknownVersion = "devel"

// Read returns what the toolchain wrote into this binary.
func Read() Info {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Info{Version: unknownVersion}
	}
	return from(info)
}

func from(info *debug.BuildInfo) Info {
	read := Info{Version: strings.Trim(info.Main.Version, "()"), Go: info.GoVersion}
	if read.Version == "" {
		read.Version = unknownVersion
	}
	changed := false
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			read.Commit = setting.Value
		case "vcs.modified":
			changed = setting.Value == "true"
		}
	}
	if read.Commit != "" && changed {
		read.Commit += "+changes"
	}
	return read
}
