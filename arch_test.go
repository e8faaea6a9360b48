package causeway

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "causeway/"

// arrows says which package of ours may import which of ours; docs/architecture.md
// draws it. An entry that ends in / stands for all below it.
var arrows = map[string][]string{
	"cmd/causeway":             {"config/", "core/", "routing/", "markup/", "kommunicate/", "bots/", "connectors/", "egress/", "media/", "db/", "lanes/", "store/", "api/", "telemetry/", "simulator/", "web/"},
	"config":                   {"core", "routing"},
	"core":                     {},
	"routing":                  {"core"},
	"markup":                   {},
	"kommunicate":              {"core", "markup"},
	"bots":                     {"core", "kommunicate", "egress"},
	"connectors":               {"connectors/", "core"},
	"connectors/kit":           {"core", "egress"},
	"connectors/connectortest": {"core", "connectors/kit"},
	"egress":                   {},
	"media":                    {"core", "egress"},
	"db":                       {},
	"db/dbtest":                {},
	"db/dbtest/with":           {"db/dbtest"},
	"lanes":                    {"db"},
	"store":                    {"core", "lanes", "db"},
	"api":                      {"core", "routing", "kommunicate", "markup"},
	"telemetry":                {"core"},
	"simulator":                {},
	"powercut":                 {},
	"web":                      {},
	"bench":                    {},
	"bench/fill":               {"db"},
}

// oneConnector is what each connector may import.
var oneConnector = []string{"core", "egress", "markup", "connectors/kit"}

// outside says what some packages may take from beyond the standard library;
// a package that is not named may take anything.
var outside = map[string][]string{
	"core":      {"github.com/sirupsen/logrus", "github.com/rivo/uniseg"},
	"markup":    {"golang.org/x/net/html", "github.com/microcosm-cc/bluemonday"},
	"egress":    {"code.dny.dev/ssrf"},
	"simulator": {"github.com/gin-gonic/gin", "github.com/goccy/go-yaml"},
	"web":       {},
	"bench":     {"github.com/gin-gonic/gin"},
}

// coreLacks is what core must not take from the standard library either.
var coreLacks = []string{"net/http", "database/sql", "os"}

func TestArrows(t *testing.T) {
	for _, f := range sources(t) {
		for _, imp := range f.imports {
			to, ours := strings.CutPrefix(imp, module)
			switch {
			case ours && !allowed(f.pkg, to):
				t.Errorf("%s imports %s, which docs/architecture.md does not allow", f.path, to)
			case !ours && strings.Contains(strings.Split(imp, "/")[0], "."):
				if list, bound := outside[f.pkg]; bound && !slices.Contains(list, imp) {
					t.Errorf("%s imports %s", f.path, imp)
				}
			case f.pkg == "core" && slices.Contains(coreLacks, imp):
				t.Errorf("%s imports %s", f.path, imp)
			}
			if imp == "github.com/gin-gonic/gin" && f.pkg != "api" && f.pkg != "simulator" && f.pkg != "bench" {
				t.Errorf("%s imports gin: it stops at api", f.path)
			}
		}
	}
}

func TestSizes(t *testing.T) {
	for _, f := range sources(t) {
		if n := strings.Count(f.text, "\n"); n > 400 {
			t.Errorf("%s has %d lines; the most is 400", f.path, n)
		}
	}
}

// Nothing but the connectors, the simulator and the commands names a kind.
func TestKindsAreNamedOnlyByConnectors(t *testing.T) {
	for _, f := range sources(t) {
		if strings.HasPrefix(f.pkg, "connectors") || strings.HasPrefix(f.pkg, "cmd") || f.pkg == "simulator" || strings.HasPrefix(f.pkg, "bench") {
			continue
		}
		for _, kind := range []string{"telegram", "whatsapp", "instagram", "messenger", "twilio"} {
			if strings.Contains(strings.ToLower(code(f.text)), `"`+kind) {
				t.Errorf("%s names the kind %s", f.path, kind)
			}
		}
	}
}

// code is text without its comment lines.
func code(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "//") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func allowed(from, to string) bool {
	list, named := arrows[from]
	if !named && strings.HasPrefix(from, "connectors/") {
		list = oneConnector
	}
	return slices.ContainsFunc(list, func(a string) bool {
		return a == to || strings.HasSuffix(a, "/") && strings.HasPrefix(to+"/", a)
	})
}

type source struct {
	path, pkg, text string
	imports         []string
}

// sources reads the files with package os, so that the test's cache sees them change.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{path: path, pkg: filepath.ToSlash(filepath.Dir(path)), text: string(text)}
		for _, spec := range file.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, imp)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
