package imagetest_test

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var binaries = flag.String("sbom", "", "`FOLDER` with binaries and the lists of what is in them, which make sbom writes")

// billOfMaterials is what of CycloneDX is looked at.
type billOfMaterials struct {
	BOMFormat    string `json:"bomFormat"`
	SerialNumber string `json:"serialNumber"`
	Metadata     struct {
		Timestamp  string    `json:"timestamp"`
		Component  component `json:"component"`
		Properties []struct{ Name, Value string }
	} `json:"metadata"`
	Components []component `json:"components"`
}

type component struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// TestSBOM compares each list with what the toolchain wrote into the binary beside it.
func TestSBOM(t *testing.T) {
	if *binaries == "" {
		t.Skip("make sbom runs it, after it has written what is compared")
	}
	for _, name := range []string{"keyturn", "linux-amd64/keyturn", "linux-arm64/keyturn"} {
		t.Run(name, func(t *testing.T) {
			binary := filepath.Join(*binaries, filepath.FromSlash(name))
			text, err := os.ReadFile(binary + ".cdx.json")
			if err != nil {
				t.Fatal(err)
			}
			var bill billOfMaterials
			if err := json.Unmarshal(text, &bill); err != nil {
				t.Fatal(err)
			}
			info, err := buildinfo.ReadFile(binary)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(modulesOf(info), listed(bill)); diff != "" {
				t.Errorf("-in the binary +in the list:\n%s", diff)
			}
			if got := (component{info.Main.Path, info.Main.Version}); bill.BOMFormat != "CycloneDX" || bill.Metadata.Component != got {
				t.Errorf("it is a %s list of %v, want CycloneDX and %v", bill.BOMFormat, bill.Metadata.Component, got)
			}
			if bill.SerialNumber != "" || bill.Metadata.Timestamp != "" {
				t.Errorf("serial number %q and time %q make each list another", bill.SerialNumber, bill.Metadata.Timestamp)
			}
			data, err := os.ReadFile(binary)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(data)
			if !slices.Contains(bill.Metadata.Properties, struct{ Name, Value string }{"cdx:gomod:binary:hash:SHA-256", hex.EncodeToString(sum[:])}) {
				t.Errorf("the list is not of this binary, but of one with %v", bill.Metadata.Properties)
			}
		})
	}
}

// modulesOf are the modules in a binary, the standard library among them.
func modulesOf(info *buildinfo.BuildInfo) []component {
	all := map[component]bool{{"std", info.GoVersion}: true}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		all[component{module.Path, module.Version}] = true
	}
	return inOrder(all)
}

func listed(bill billOfMaterials) []component {
	all := map[component]bool{}
	for _, one := range bill.Components {
		all[one] = true
	}
	return inOrder(all)
}

func inOrder(all map[component]bool) []component {
	return slices.SortedFunc(maps.Keys(all), func(a, b component) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
}
