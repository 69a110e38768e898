package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/checks"
	"github.com/keyturn/keyturn/conformance/profile"
)

// TestConformanceUsage has mistakes in how a run is asked for. Nothing is sent then.
func TestConformanceUsage(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("got %s %s", r.Method, r.URL) }))
	t.Cleanup(target.Close)
	here := "run --provider identity-service --url " + target.URL + " "
	ours := "run --url " + target.URL + " --profile "
	file := func(name, text string) string { return writeFile(t, name, text) }
	document := file("broken.yaml", "openapi: 3.0.3\npaths: [1]\n")
	tests := map[string]struct{ args, want string }{
		"unknown flag":      {here + "--check ROT-001", "unknown flag: --check, the nearest is --checks"},
		"no command":        {"rum", `there is no command "rum", did you mean "run"?`},
		"no provider":       {"run --url " + target.URL, "--provider is missing, want one of angusgm, authing-v2, genauth-v3, identity-service, or --profile"},
		"unknown provider":  {"run --url " + target.URL + " --provider anguscm", `--provider is "anguscm", the nearest is "angusgm"`},
		"the admin plane":   {"run --url " + target.URL + " --provider admin", `--provider is "admin"`},
		"another's profile": {ours + quickProfile(t, "angusgm") + " --provider authing-v2", `is of "angusgm"`},
		"no URL":            {"run --provider angusgm", "--url is missing, want the base address"},
		"relative URL":      {"run --provider angusgm --url id.example.com", `--url is "id.example.com", want an absolute http or https address`},
		"password in URL":   {"run --provider angusgm --url http://u:p@127.0.0.1", "--url carries credentials"},
		"token URL":         {here + "--token-url there", `--token-url is "there"`},
		"far away":          {"run --provider angusgm --url https://id.example.com", "no credentials: give --credentials FILE"},
		"empty selection":   {here + "--checks ROT-0*,NIX-*", `--checks pattern "NIX-*": matches no check`},
		"mode allows none":  {here + "--mode readonly --checks ROT-001", "selects no check that mode readonly allows"},
		"bad glob":          {here + "--checks ROT-[", `--checks pattern "ROT-[": syntax error in pattern`},
		"mode":              {here + "--mode yolo", "want one of plan, readonly, standard, disruptive"},
		"gate":              {here + "--fail-on may", "want one of must, should, incomplete"},
		"format":            {here + "--format xml", "want one of text, json"},
		"plan as JSON":      {here + "--mode plan --format json", "a plan is text"},
		"seed":              {here + "--seed x", "want a whole number, such as the seed"},
		"rate":              {here + "--rate 0", "want a number above zero"},
		"requests":          {here + "--requests -1", "want a whole number above zero"},
		"timeout":           {here + "--timeout 300", "want a duration above zero"},
		"no profile":        {ours + "nowhere.yaml", "--profile: nowhere.yaml: no such file"},
		"unknown key":       {ours + file("p.yaml", "profile: 1\nprovider: acme\nplicy: {}\n"), "line 3: field plicy not found"},
		"empty profile":     {ours + file("p.yaml", "profile: 1\nprovider: acme\n"), "operations.create: is missing"},
		"no such operation": {ours + quickProfile(t, "identity-service", "operation: addSecret", "operation: addSecrets"), `operations.rotate: the document has no operation "addSecrets"`},
		"no document":       {ours + quickProfile(t, "identity-service", "document: openapi.yaml", "document: nowhere.yaml"), "nowhere.yaml"},
		"broken document":   {ours + quickProfile(t, "identity-service", "document: openapi.yaml", "document: "+document), "document " + document + ": want an OpenAPI 3.0 document: paths is of the wrong type, array\n"},
		"a copied profile":  {ours + quickProfile(t, "identity-service", "document: openapi.yaml\n", ""), "keyturn specs identity-service > openapi.yaml"},
		"credentials":       {here + "--credentials nowhere.yaml", "--credentials nowhere.yaml: no such file"},
		"a folder":          {here + "--credentials " + t.TempDir(), "is a directory"},
		"nobody":            {here + "--credentials " + file("c.yaml", "reader: {token: t}\n"), "c.yaml: admin has no token and no key"},
		"key in there":      {here + "--credentials " + file("c.yaml", "admin: {token: t}\nadmim: x\n"), "c.yaml: line 2: a key that is not known here"},
		"misplaced value":   {here + "--credentials " + file("c.yaml", "admin: hunter2\n"), "c.yaml: line 1: a value of the wrong kind"},
		"waivers":           {here + "--waivers " + file("w.yaml", "waivers: [{check: ROT-001, reason: r, owner: o, link: l, expires: soon}]\n"), `expires is "soon"`},
		"no waivers":        {here + "--waivers nowhere.yaml", "--waivers nowhere.yaml: no such file"},
		"report folder":     {here + "--report-dir " + file("f", ""), "--report-dir: mkdir "},
		"certificates":      {here + "--ca-cert nowhere.pem", "--ca-cert nowhere.pem: no such file"},
		"config":            {here + "--config " + file("k.yaml", "mode: readonly\nfail_on: must\n"), `k.yaml:2: unknown key "fail_on", the nearest is "fail-on"`},
		"blank in config":   {here + "--config " + file("k.yaml", "checks: \"\"\n"), `k.yaml:1: checks is "": want ids or globs of them`},
		"blank pattern":     {here + "--checks ROT-001,", "want ids or globs of them"},
		"nothing is near":   {"list --provider nope", `--provider is "nope"; want one of angusgm`},
		"list: blank":       {"list --checks=", "want ids or globs of them"},
		"unknown check":     {"explain ROT-0001", `there is no check "ROT-0001", the nearest is ROT-001`},
		"no check":          {"explain", "accepts 1 arg(s), received 0"},
		"list: bad glob":    {"list --checks [", "--checks pattern"},
		"list: provider":    {"list --provider nobody", `--provider is "nobody"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := judge(t, checks.All(), strings.Fields(test.args)...)
			if code != conformance.ExitUsage || !strings.Contains(stderr, test.want) || stdout != "" {
				t.Errorf("got exit %d, %q and %q, want 2 and %q", code, stdout, stderr, test.want)
			}
			if strings.Contains(stderr, "hunter2") || strings.Contains(stderr, "usage: ") {
				t.Errorf("got %q", stderr)
			}
		})
	}
}

// TestSettingsOfARun come from a file, from variables and from flags.
func TestSettingsOfARun(t *testing.T) {
	file := writeFile(t, "k.yaml", "provider: authing-v2\nurl: http://127.0.0.1:1\nmode: plan\nchecks: ROT-002\nseed: 5\nrate: 0.5\n")
	t.Setenv("KEYTURN_CHECKS", "ROT-001")
	code, stdout, stderr := call(t, "conformance", "run", "--config", file, "--url", "http://127.0.0.1:2")
	if code != exitOK || !strings.Contains(stdout, " at http://127.0.0.1:2:") || !strings.Contains(stdout, "\nROT-001 ") || strings.Contains(stdout, "\nROT-002 ") {
		t.Errorf("got exit %d, %s and %s", code, stdout, stderr)
	}
	t.Setenv("KEYTURN_CHECKS", "")
	if code, _, stderr := call(t, "conformance", "run", "--config", file); code != exitUsage || !strings.Contains(stderr, `KEYTURN_CHECKS is "": want ids or globs of them`) {
		t.Errorf("a blank selection: got exit %d and %s", code, stderr)
	}
	t.Setenv("KEYTURN_CHECKS", "ROT-001")
	t.Setenv("KEYTURN_ADMIN_TOKN", "x")
	if code, _, stderr := call(t, "conformance", "list"); code != exitUsage || !strings.Contains(stderr, "unknown environment variable KEYTURN_ADMIN_TOKN, the nearest is KEYTURN_ADMIN_TOKEN") {
		t.Errorf("got exit %d and %s", code, stderr)
	}
}

func TestCredentialsOfTheEnvironment(t *testing.T) {
	environ := []string{
		"KEYTURN_ADMIN_KEY=pool", "KEYTURN_ADMIN_SECRET=s1", "KEYTURN_READER_TOKEN=t2", "KEYTURN_FOREIGN_TOKEN=t3", "KEYTURN_FOREIGN_VALUE_TENANT=globex",
		"KEYTURN_APP_CLIENT=c", "KEYTURN_APP_CLIENT_ID=id", "KEYTURN_APP_SECRET=s4", "KEYTURN_VALUE_TENANT=acme", "KEYTURN_VALUE_USER_POOL=p", "KEYTURN_VALUE_EMPTY=", "PATH=/bin",
	}
	got, err := loadCredentials("env", environ)
	if err != nil {
		t.Fatal(err)
	}
	want := &profile.Credentials{
		Admin:   profile.Principal{Key: "pool", Secret: "s1"},
		Reader:  profile.Principal{Token: "t2"},
		Foreign: profile.Principal{Token: "t3", Values: map[string]string{"tenant": "globex"}},
		App:     profile.App{Client: "c", ClientID: "id", Secret: "s4"},
		Values:  map[string]string{"tenant": "acme", "user_pool": "p"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := loadCredentials("env", environ[1:]); err == nil || !strings.Contains(err.Error(), "neither KEYTURN_ADMIN_TOKEN nor KEYTURN_ADMIN_KEY is set") {
		t.Errorf("got %v", err)
	}
	if got, err := loadCredentials("", environ); got != nil || err != nil {
		t.Errorf("not asked for: got %v, %v", got, err)
	}
	for _, line := range environ[:len(environ)-1] {
		name, _, _ := strings.Cut(line, "=")
		if !slices.Contains(credentialVariables(environ), name) {
			t.Errorf("%s would be unknown", name)
		}
	}
	if known := credentialVariables([]string{"KEYTURN_VALUE_=x", "KEYTURN_VALUES=x"}); slices.Contains(known, "KEYTURN_VALUE_") || slices.Contains(known, "KEYTURN_VALUES") {
		t.Errorf("got %v", known)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	entries, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	all, err := entries.Select("")
	if err != nil {
		t.Fatal(err)
	}
	code, stdout, _ := judge(t, nil, "list")
	if code != exitOK || strings.Count(stdout, "\n") != len(all)+2 || strings.Contains(stdout, "does not apply") {
		t.Errorf("got exit %d and %s", code, stdout)
	}
	code, stdout, _ = judge(t, nil, "list", "--provider", "identity-service", "--checks", "rot-003,ROT-001")
	want := "ROT-001   MUST    write       A rotation gives a secret that differs from the old one\n" +
		"ROT-003   POLICY  write       The replaced secret is refused within the declared window\n" +
		"                              does not apply: the profile declares rotation add\n" +
		"\n2 checks, 1 of which does not apply. More of each: keyturn conformance explain ID\n"
	if diff := cmp.Diff(want, stdout); code != exitOK || diff != "" {
		t.Errorf("got exit %d (-want +got)\n%s", code, diff)
	}
	code, stdout, _ = judge(t, nil, "list", "--json", "--checks", "ROT-003", "--provider", "identity-service")
	var got listing
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitOK {
		t.Fatalf("got exit %d, %v and %s", code, err, stdout)
	}
	family, check, _ := entries.Check("ROT-003")
	wanted := listing{Catalogue: listedCatalogue{entries.Version, entries.Digest}, Provider: "identity-service", Checks: []listed{{
		ID: "ROT-003", Title: "The replaced secret is refused within the declared window", Level: "POLICY", Safety: "write",
		Applicable: new(false), Reason: "the profile declares rotation add",
		Family: "ROT", FamilyName: family.Name, Statement: check.Statement, Why: check.Why, Fix: check.Fix, Scope: "check",
		Applies: listedPredicate(check.Applies), Needs: check.Needs, Requests: check.Requests, Since: check.Since, Revision: check.Revision,
		Aliases: []string{}, Sources: got.Checks[0].Sources,
	}}}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(got.Checks[0].Sources) != len(check.Sources) || check.Applies.Policy == nil || strings.Contains(stdout, "null") {
		t.Errorf("got the sources %+v of %+v", got.Checks[0].Sources, check)
	}
	for i, source := range got.Checks[0].Sources {
		if from := check.Sources[i]; source.URL != from.URL || source.ID != from.Document || !strings.Contains(source.Text, from.RFC+from.Document+from.Practice) {
			t.Errorf("got the source %+v of %+v", source, from)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	entries, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range entries.Families {
		for _, check := range family.Checks {
			code, stdout, stderr := judge(t, nil, "explain", strings.ToLower(check.ID))
			if code != exitOK || stderr != "" || !strings.HasPrefix(stdout, check.ID+"  "+check.Title+"\n") {
				t.Errorf("%s: got exit %d, %s and %s", check.ID, code, stdout, stderr)
			}
			flat := strings.Join(strings.Fields(stdout), " ")
			for _, want := range []string{check.Statement, check.Why, check.Fix} {
				if !strings.Contains(flat, strings.Join(strings.Fields(want), " ")) {
					t.Errorf("%s: no %q in %s", check.ID, want, stdout)
				}
			}
			for _, source := range check.Sources {
				if !strings.Contains(flat, source.URL) || source.Document != "" && !strings.Contains(flat, source.Document+", ") {
					t.Errorf("%s: no source %+v in %s", check.ID, source, stdout)
				}
			}
			if breaches[check.Level] == "" || effects[check.Safety] == "" || strings.Contains(needs(check.Needs)+"; ", ": ; ") {
				t.Errorf("%s: no words for %s, %s or %v", check.ID, check.Level, check.Safety, check.Needs)
			}
			for line := range strings.Lines(stdout) {
				if len([]rune(line)) > widest+1 && !strings.Contains(line, "://") {
					t.Errorf("%s: a line of %d columns: %s", check.ID, len([]rune(line)), line)
				}
			}
		}
	}
	if _, stdout, _ := call(t, "__complete", "conformance", "explain", "ROT-00"); !strings.Contains(stdout, "ROT-001\n") {
		t.Errorf("completion: got %s", stdout)
	}
}
