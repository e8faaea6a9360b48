package api

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// constants are the words of a type of the core, as its source says them.
func constants(t *testing.T, typeName string) []string {
	t.Helper()
	files, err := filepath.Glob("../core/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var all []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(source, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || fmt.Sprint(v.Type) != typeName {
				return true
			}
			for _, value := range v.Values {
				if literal, ok := value.(*ast.BasicLit); ok {
					word, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, word)
				}
			}
			return true
		})
	}
	return all
}

// The document tells all words of each closed set, and no other.
func TestDocumentHasEveryWord(t *testing.T) {
	d := readDocument(t, newRig(t))
	for place, typeName := range map[string]string{
		"Assignment.cause": "Cause", "Conversation.status": "ConversationStatus", "Fault.kind": "FaultKind", "ItemFate.fate": "Fate",
		"Message.direction": "Direction", "Message.status": "Status", "Note.severity": "Severity", "Owner.type": "OwnerType", "Sender.type": "SenderType",
	} {
		name, property, _ := strings.Cut(place, ".")
		told, want := wordsOf(t, d, name, property), constants(t, typeName)
		slices.Sort(want)
		slices.Sort(told)
		if len(want) < 2 || !slices.Equal(told, want) {
			t.Errorf("%s has %q, and the core %q", place, told, want)
		}
	}
}

func wordsOf(t *testing.T, d document, name, property string) []string {
	t.Helper()
	var s struct {
		Properties map[string]struct{ Enum []string }
	}
	if err := json.Unmarshal(d.Components.Schemas[name], &s); err != nil {
		t.Fatal(name, err)
	}
	return s.Properties[property].Enum
}

// The page and the document tell each code of a problem, with its status.
func TestEveryCodeIsTold(t *testing.T) {
	page, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	told := wordsOf(t, readDocument(t, newRig(t)), "Problem", "code")
	for code, c := range codes {
		if row := fmt.Sprintf("\n| %d | `%s` | ", c.status, code); !strings.Contains(string(page), row) {
			t.Errorf("docs/api.md has no row %q", row)
		}
		if !slices.Contains(told, string(code)) {
			t.Errorf("the document does not tell %s", code)
		}
	}
}
