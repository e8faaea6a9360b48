package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCommandsThatMakeNoSense: what is too much or missing is told in words with
// how the command is written, and nothing is done.
func TestCommandsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "causeway.yaml")
	text := "server: {listen: \"" + freeAddr(t) + "\"}\nstore: {url: \"sqlite:" + filepath.Join(dir, "store.db") + "\"}\nmedia: {url: \"file:" + filepath.Join(dir, "media") + "\"}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args, want string
		code       int
	}{
		{"serve FILE", "is too much; it is written: causeway serve -config F", 2},
		{"serve -config FILE again", `"again" is too much`, 2},
		{"check -config FILE fix", `"fix" is too much`, 2},
		{"verify -config FILE json", `"json" is too much`, 2},
		{"backup -config FILE", "the file to write is not named; it is written: causeway backup -config F OUT", 2},
		{"backup -config FILE out.db -json", `"-json" is too much`, 2},
		{"migrate -from sqlite:x", "from where and to where is not said", 2},
		{"demo exit", `"exit" is too much`, 2},
		{"example all", `"all" is too much`, 2},
		{"version 2", `"2" is too much`, 2},
		{"healthy -uri x", "It is written: causeway healthy [-url URL]", 2},
		{"help", "causeway serve -config F", 0},
		{"serve -h", "It is written: causeway serve -config F", 0},
		{"serve", "-config is missing", 1},
		{"verify -config FILE", "there is no store at " + filepath.Join(dir, "store.db") + " yet; causeway serve makes it", 1},
		{"backup -config FILE out.db", "there is no store at ", 1},
		{"demo -addr 8080", "-addr must be HOST:PORT, such as 127.0.0.1:8080", 1},
	} {
		r := run(t, environment(), strings.Fields(strings.ReplaceAll(c.args, "FILE", file))...)
		if r.code != c.code || !strings.Contains(r.out+r.err, c.want) {
			t.Errorf("causeway %s: %+v; want %d and %q", c.args, r, c.code, c.want)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("something was made: %v %v", files, err)
	}
}

// TestHelpNamesEachFlag: what a command can be told stands in the help.
func TestHelpNamesEachFlag(t *testing.T) {
	t.Parallel()
	forms := regexp.MustCompile(`(?m)^  causeway (\w+).*$`).FindAllStringSubmatch(run(t, environment(), "help").out, -1)
	if len(forms) < 10 {
		t.Fatalf("the help has %q", forms)
	}
	for _, f := range forms {
		given := regexp.MustCompile(`(?m)^  (-\w+)`).FindAllStringSubmatch(run(t, environment(), f[1], "-h").err, -1)
		for _, g := range given {
			if !slices.Contains(strings.FieldsFunc(f[0], func(r rune) bool { return strings.ContainsRune(" []", r) }), g[1]) {
				t.Errorf("%s is not in the help's %q", g[1], f[0])
			}
		}
	}
}

// TestCheckSaysWhatIsWrong: in words that tell what to do, with the provider's
// code, and without how a message would fare.
func TestCheckSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire("helper", nil)
	w.config["channels"] = w.telegram("tg", "7000000001:of-nobody")
	w.config["egress"] = "{}"
	w.write()
	r := run(t, w.env(), "check", "-config", w.file())
	want := `ok     config
ok     store
WRONG  channel tg (telegram)        Telegram refuses the token; set the one that @BotFather gave the bot (code 401)
WRONG  bot helper                   its address is not public, and egress.allow_private does not let it through
`
	if r.code != 1 || r.out != want {
		t.Errorf("%+v, want %q", r, want)
	}
}
