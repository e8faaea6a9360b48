package whatsapp

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"causeway/core"
)

// templateCase is a file of testdata/template: a template as an author gives it,
// and the body of the native call.
type templateCase struct {
	Of      string          `json:"of"`
	Content json.RawMessage `json:"content"`
	Body    any             `json:"body"`
}

func TestRenderTemplates(t *testing.T) {
	files, err := filepath.Glob("testdata/template/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no fixtures (%v)", err)
	}
	valid := func(core.Payload) error { return nil }
	if spec, err := os.ReadFile("../../../shared/specs/" + subject().Spec); err == nil {
		if valid, err = validator(spec); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			was, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var in templateCase
			if err := json.Unmarshal(was, &in); err != nil {
				t.Fatal(err)
			}
			content, err := core.UnmarshalContent(in.Content)
			if err != nil {
				t.Fatal(err)
			}
			fitted := core.Fit([]core.Saying{{Content: content}}, capabilities(), core.FitOptions{})
			if len(fitted) != 1 || len(fitted[0].Parts) != 1 || len(fitted[0].Notes) > 0 {
				t.Fatalf("Fit makes %+v of it", fitted)
			}
			calls, err := render(core.Outgoing{To: phone, Content: fitted[0].Parts[0], Ref: "r.0"})
			if err != nil || len(calls) != 1 || calls[0].Op != opMessages {
				t.Fatalf("calls %+v (%v)", calls, err)
			}
			if err := valid(calls[0]); err != nil {
				t.Errorf("the provider's schema: %v", err)
			}
			in.Body = calls[0].Body
			same(t, path, was, in)
		})
	}
}

func TestRenderRefusesComponents(t *testing.T) {
	for name, raw := range map[string]string{
		"no list":          `{}`,
		"a text":           `"x"`,
		"no objects":       `["body"]`,
		"a null":           `[null]`,
		"no type":          `[{"parameters":[]}]`,
		"a type of number": `[{"type":1}]`,
		"no JSON":          `[`,
	} {
		_, err := render(core.Outgoing{To: phone, Content: core.Template{Name: "x", Language: "de", Components: json.RawMessage(raw)}})
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
