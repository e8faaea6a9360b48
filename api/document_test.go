package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

type document struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Security    *[]map[string][]string
		Parameters  []struct{ Name, In string }
		Responses   map[string]struct{ Description string }
	}
	Components struct {
		Schemas         map[string]json.RawMessage
		SecuritySchemes map[string]json.RawMessage
	}
}

func readDocument(t *testing.T, r *rig) document {
	t.Helper()
	w := r.call("GET", "/openapi.json", "", "")
	expect(t, w, 200, "")
	var d document
	if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// The document has all routes and no others, and each says who may use it.
func TestDocumentHasEveryRoute(t *testing.T) {
	r := newRig(t)
	d := readDocument(t, r)
	if d.OpenAPI != "3.1.0" {
		t.Errorf("version %q", d.OpenAPI)
	}
	documented := map[string]bool{}
	ids := map[string]bool{}
	for path, ops := range d.Paths {
		for method, op := range ops {
			route := strings.ToUpper(method) + " " + ginPath(path)
			documented[route] = true
			if op.Security == nil {
				t.Errorf("%s declares no security", route)
			}
			if by := r.policies[route]; by == 0 || op.Security != nil && fmt.Sprint(*op.Security) != fmt.Sprint(by.security()) {
				t.Errorf("%s declares %v, and %v is enforced", route, *op.Security, by.security())
			}
			if op.OperationID == "" || ids[op.OperationID] {
				t.Errorf("%s has the operation id %q, which is empty or taken", route, op.OperationID)
			}
			ids[op.OperationID] = true
			for _, name := range pathNames(path) {
				if !slices.ContainsFunc(op.Parameters, func(p struct{ Name, In string }) bool { return p.Name == name && p.In == "path" }) {
					t.Errorf("%s does not declare the parameter %s", route, name)
				}
			}
			for status, response := range op.Responses {
				if response.Description == "" {
					t.Errorf("%s does not describe its answer %s", route, status)
				}
			}
			if _, ok := op.Responses["default"]; !ok {
				t.Errorf("%s does not describe its errors", route)
			}
		}
	}
	routed := map[string]bool{}
	for _, route := range r.engine.Routes() {
		routed[route.Method+" "+route.Path] = true
	}
	for route := range routed {
		if !documented[route] {
			t.Errorf("%s is not in the document", route)
		}
	}
	for route := range documented {
		if !routed[route] {
			t.Errorf("%s is documented and does not exist", route)
		}
	}
}

func TestDocumentHoldsTogether(t *testing.T) {
	r := newRig(t)
	d := readDocument(t, r)
	var whole any
	if err := json.Unmarshal(r.document, &whole); err != nil {
		t.Fatal(err)
	}
	walk(whole, func(o map[string]any) {
		if ref, ok := o["$ref"].(string); ok {
			name, found := strings.CutPrefix(ref, "#/components/schemas/")
			if !found || d.Components.Schemas[name] == nil {
				t.Errorf("%s points nowhere", ref)
			}
		}
	})
	for _, name := range []string{"Conversation", "Message", "Content", "TextContent", "SelectionContent", "MessagePost", "Problem", "LogEntry"} {
		if d.Components.Schemas[name] == nil {
			t.Errorf("there is no schema %s", name)
		}
	}
	for _, name := range []string{"ErrorModel", "Key", "Directory"} {
		if d.Components.Schemas[name] != nil {
			t.Errorf("the schema %s is not for others", name)
		}
	}
}

func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, e := range v {
			walk(e, visit)
		}
	case []any:
		for _, e := range v {
			walk(e, visit)
		}
	}
}

// Each route is tried with each kind of key, and with none.
func TestEveryRouteAgainstEveryKey(t *testing.T) {
	r := newRig(t)
	keys := map[string]Role{"": "", "wrong": "", "CANARY-nobody": "", "CANARY-odd": "", opsKey: AdminRole, annKey: AgentRole, botKey: BotRole}
	for _, route := range r.engine.Routes() {
		path := strings.NewReplacer(":channel", "one", ":agent", "ann", ":id", fmt.Sprint(r.bots)).Replace(route.Path)
		by := r.policies[route.Method+" "+route.Path]
		for key, role := range keys {
			w := r.call(route.Method, path, key, "", "Accept", "application/json")
			open := by&(byAnybody|byProvider) != 0
			switch {
			case open:
				if w.Code == http.StatusUnauthorized || w.Code == http.StatusForbidden {
					t.Errorf("%s %s with %q: %d, but it is for all", route.Method, path, key, w.Code)
				}
			case role == "":
				expect(t, w, http.StatusUnauthorized, CodeUnauthorized)
			case !by.allows(role):
				expect(t, w, http.StatusForbidden, CodeForbidden)
			case w.Code == http.StatusUnauthorized || w.Code == http.StatusForbidden || w.Code >= 500:
				t.Errorf("%s %s with a key of role %s: %d %s", route.Method, path, role, w.Code, w.Body)
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s %s may be cached: %q", route.Method, path, got)
			}
			if got := w.Header().Get("X-Content-Type-Options"); got != "nosniff" {
				t.Errorf("%s %s: nosniff is %q", route.Method, path, got)
			}
			if strings.Contains(w.Body.String(), "CANARY") {
				t.Errorf("%s %s shows a key: %s", route.Method, path, w.Body)
			}
		}
	}
	if strings.Contains(r.log.take(), "CANARY") {
		t.Error("the log shows a key")
	}
}

func TestRouteWithoutPolicyIsRefused(t *testing.T) {
	r := newRig(t)
	delete(r.policies, "GET /api/v1/agents")
	expect(t, r.call("GET", "/api/v1/agents", opsKey, ""), 403, CodeForbidden)
	expect(t, r.call("GET", "/api/v1/agents", "", ""), 401, CodeUnauthorized)
}
