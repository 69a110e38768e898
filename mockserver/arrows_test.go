package mockserver_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/keyturn/keyturn/"

// arrows lists, for each package of the module, the packages of this module that
// it may import; a trailing /… means everything below. A package that is missing
// here fails the test: where it belongs has to be decided.
var arrows = map[string][]string{
	"specs":                      {"specs/packed"},
	"specs/packed":               nil,
	"specs/packed/pack":          {"specs/packed"},
	"specs/internal/prose":       nil,
	"specs/internal/compact":     {"specs/internal/prose"},
	"fixtures":                   nil,
	"mockserver/build":           nil,
	"mockserver/wire":            nil,
	"mockserver/octet":           nil,
	"mockserver/certs":           nil,
	"mockserver/client":          nil,
	"mockserver/store":           {"mockserver/client"},
	"mockserver/store/storetest": {"mockserver/client", "mockserver/store"},
	"mockserver/store/memory":    {"mockserver/client", "mockserver/store"},
	"mockserver/store/codec":     {"mockserver/client", "mockserver/octet"},
	"mockserver/store/group":     nil,
	"mockserver/store/cache":     nil,
	"mockserver/store/file":      {"mockserver/client", "mockserver/store", "mockserver/store/cache", "mockserver/store/codec", "mockserver/store/group"},
	"mockserver/store/postgres":  {"mockserver/client", "mockserver/store", "mockserver/store/cache", "mockserver/store/codec", "mockserver/store/group"},
	"mockserver/store/pgtest":    nil,
	"mockserver/store/statetest": {"mockserver/store", "mockserver/store/file", "mockserver/store/postgres"},
	"mockserver/contract":        {"mockserver/client", "mockserver/contract/accept", "mockserver/wire"},
	"mockserver/contract/accept": {},
	"mockserver/journal":         {"mockserver/octet", "mockserver/store/group", "mockserver/wire"},
	"mockserver/clock":           {"mockserver/client"},
	"mockserver/fault":           {"mockserver/client", "mockserver/wire"},
	"mockserver/propagation":     {"mockserver/client", "mockserver/store", "mockserver/wire"},
	"mockserver/snapshot":        {"fixtures", "mockserver/client", "mockserver/clock", "mockserver/fault", "mockserver/propagation", "mockserver/wire"},
	"mockserver/telemetry":       nil,
	"mockserver/namespace": {"fixtures", "mockserver/client", "mockserver/clock", "mockserver/defect", "mockserver/fault", "mockserver/journal",
		"mockserver/propagation", "mockserver/realm", "mockserver/snapshot", "mockserver/store", "mockserver/wire"},
	"mockserver/proxy":                     {"mockserver/client", "mockserver/contract", "mockserver/journal", "mockserver/provider", "mockserver/wire"},
	"mockserver/console":                   {"fixtures", "mockserver/…"},
	"mockserver/console/browsertest":       nil,
	"mockserver/console/internal/markup":   nil,
	"mockserver/console/internal/timeline": {"mockserver/client", "mockserver/journal"},
	"mockserver/realm":                     {"fixtures", "mockserver/client", "mockserver/wire"},
	"mockserver/provider":                  {"mockserver/client", "mockserver/contract", "mockserver/realm", "mockserver/store", "mockserver/wire"},
	"mockserver/oauth":                     {"mockserver/client", "mockserver/provider", "mockserver/realm", "mockserver/wire"},
	"mockserver/realm/authing":             {"fixtures", "mockserver/client", "mockserver/oauth", "mockserver/provider", "mockserver/realm", "mockserver/store"},
	"mockserver/provider/*":                {"fixtures", "mockserver/client", "mockserver/contract", "mockserver/oauth", "mockserver/provider", "mockserver/realm", "mockserver/realm/authing", "mockserver/store", "mockserver/wire"},
	"mockserver/defect":                    {"fixtures", "mockserver/client", "mockserver/provider", "mockserver/realm", "mockserver/store", "mockserver/wire"},
	"mockserver/admin": {"fixtures", "specs", "mockserver/build", "mockserver/client", "mockserver/clock", "mockserver/contract", "mockserver/defect", "mockserver/fault",
		"mockserver/journal", "mockserver/namespace", "mockserver/propagation", "mockserver/provider", "mockserver/proxy", "mockserver/realm", "mockserver/snapshot", "mockserver/wire"},
	"mockserver":                     {"fixtures", "specs", "mockserver/…"},
	"mockserver/admin/client":        {"fixtures"},
	"mockserver/mocktest":            {"fixtures", "specs", "mockserver", "mockserver/admin/client", "mockserver/certs", "mockserver/defect"},
	"mockserver/internal/apitest":    nil,
	"mockserver/internal/vendortest": {"mockserver/internal/apitest"},
	"mockserver/rehearsal":           nil,
	"mockserver/sdktest":             nil,
	"mockserver/replicatest":         nil,
	"mockserver/benchtest":           nil,
	"cmd/keyturn": {"fixtures", "specs", "mockserver", "mockserver/admin", "mockserver/build", "mockserver/certs", "mockserver/defect", "mockserver/journal", "mockserver/proxy", "mockserver/store", "mockserver/store/file", "mockserver/store/postgres", "mockserver/telemetry",
		"conformance", "conformance/catalogue", "conformance/checks", "conformance/ledger", "conformance/probe", "conformance/profile", "conformance/report"},

	"docker/internal/enginetest": nil,
	"docker/mockcontainer":       {"mockserver/admin/client"},
	"docker/imagetest":           nil,
	"docker/recipestest":         nil,

	"conformance/redact":                   nil,
	"conformance/ledger":                   nil,
	"conformance/exchange":                 nil,
	"conformance/report":                   nil,
	"conformance/report/browsertest":       nil,
	"conformance/catalogue":                {"specs/packed"},
	"conformance/catalogue/internal/trace": {"conformance/catalogue"},
	"conformance/profile":                  {"specs", "specs/packed"},
	"conformance/profile/internal/zones":   {"specs/packed"},
	"conformance": {"conformance/catalogue", "conformance/exchange", "conformance/ledger", "conformance/profile",
		"conformance/redact", "conformance/report"},
	"conformance/model":           nil,
	"conformance/probe":           {"conformance", "conformance/profile", "conformance/report"},
	"conformance/checks":          {"conformance", "conformance/catalogue", "conformance/model", "conformance/profile", "conformance/exchange", "conformance/redact", "conformance/report"},
	"conformance/conformancetest": {"conformance", "conformance/checks", "conformance/profile", "conformance/report"},
}

// foreign lists packages that only some of ours may import.
var foreign = map[string][]string{
	"github.com/testcontainers/testcontainers-go":      {"docker/mockcontainer"},
	"github.com/testcontainers/testcontainers-go/wait": {"docker/mockcontainer"},
	"github.com/moby/moby/api/types/container":         {"docker/mockcontainer"},
	"github.com/containerd/errdefs":                    {"docker/mockcontainer"},
	"github.com/spf13/cobra":                           {"cmd/keyturn"},
	"github.com/gorilla/mux":                           {"mockserver"},
	"github.com/chromedp/chromedp":                     {"conformance/report/browsertest"},
	"go.etcd.io/bbolt":                                 {"mockserver/store/file"},
	"github.com/jackc/pgx/v5/pgconn":                   {"mockserver/store/postgres", "mockserver/store/pgtest", "mockserver/store/statetest"},
	"github.com/jackc/puddle/v2":                       {"mockserver/store/postgres"},
	"github.com/anishathalye/porcupine":                {"conformance/model"},
	"golang.org/x/time/rate":                           {"conformance/exchange"},
	"testing":                                          {"docker/internal/enginetest", "mockserver/store/storetest", "mockserver/store/pgtest", "mockserver/mocktest", "mockserver/internal/apitest", "mockserver/internal/vendortest", "conformance/conformancetest"},
}

type goPackage struct {
	ImportPath   string   `json:"ImportPath"`
	Imports      []string `json:"Imports"`
	TestImports  []string `json:"TestImports"`
	XTestImports []string `json:"XTestImports"`
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	decoder := json.NewDecoder(strings.NewReader(string(output)))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// TestArrows keeps the directions of imports.
func TestArrows(t *testing.T) {
	t.Parallel()
	packages := listPackages(t)
	if len(packages) < 15 {
		t.Fatalf("go list found %d packages, which cannot be all", len(packages))
	}
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, decided := arrows[ruleOf(name)]
		if !decided {
			t.Errorf("package %s has no place in the table of arrows", name)
			continue
		}
		for _, imported := range p.Imports {
			own, inside := strings.CutPrefix(imported, module)
			if inside && !permits(allowed, own) {
				t.Errorf("%s imports %s", name, own)
			}
			if only, restricted := foreign[imported]; restricted && !slices.Contains(only, name) {
				t.Errorf("%s imports %s, which only %v may", name, imported, only)
			}
		}
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if crossesTheRule(name, strings.TrimPrefix(imported, module)) {
				t.Errorf("%s imports %s: the referee shares only data with the player", name, imported)
			}
		}
	}
}

func ruleOf(name string) string {
	if vendor, ok := strings.CutPrefix(name, "mockserver/provider/"); ok && !strings.Contains(vendor, "/") {
		return "mockserver/provider/*"
	}
	return name
}

func permits(allowed []string, imported string) bool {
	return slices.ContainsFunc(allowed, func(pattern string) bool {
		below, tree := strings.CutSuffix(pattern, "…")
		return pattern == imported || tree && strings.HasPrefix(imported, below)
	})
}

func crossesTheRule(from, to string) bool {
	in := func(name, room string) bool { return name == room || strings.HasPrefix(name, room+"/") }
	return in(from, "conformance") && in(to, "mockserver") || in(from, "mockserver") && in(to, "conformance")
}
