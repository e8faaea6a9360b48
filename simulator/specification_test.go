package simulator_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every method and parameter that the simulator reads is one that Telegram
// documents.
func TestAgainstSpecification(t *testing.T) {
	data, err := os.ReadFile("../../shared/specs/telegram-bot-api.json")
	if err != nil {
		t.Skip("no specification here: ", err)
	}
	var spec struct {
		Methods map[string]struct {
			Fields []struct{ Name string }
		}
		Types map[string]struct {
			Fields []struct{ Name string }
		}
	}
	if err := json.Unmarshal(data, &spec); err != nil {
		t.Fatal(err)
	}
	methods, names := map[string]bool{}, map[string]bool{"reply_to_message_id": true, "allow_sending_without_reply": true} // the older form of a reply
	for name, m := range spec.Methods {
		methods[strings.ToLower(name)] = true
		for _, f := range m.Fields {
			names[f.Name] = true
		}
	}
	sources, err := filepath.Glob("telegram*.go")
	if err != nil || len(sources) < 10 {
		t.Fatal(err, sources)
	}
	read := regexp.MustCompile(`\bp\.(?:values\[|int\(|float\(|bool\(|json\()"([a-z_]+)"`)
	served := regexp.MustCompile(`"((?:get|send|set|delete|edit|answer)[a-z]+)": *b\.`)
	for _, name := range sources {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range read.FindAllStringSubmatch(string(source), -1) {
			if !names[m[1]] {
				t.Errorf("%s reads %q, which no method has", name, m[1])
			}
		}
		for _, m := range served.FindAllStringSubmatch(string(source), -1) {
			if !methods[m[1]] {
				t.Errorf("%s serves %q, which is no method", name, m[1])
			}
		}
	}
}
