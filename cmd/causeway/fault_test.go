package main_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestAFaultNamesItsPage: what a provider refuses is told with its code, a sentence
// and the provider's page.
func TestAFaultNamesItsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	graph := newMeta(t)
	graph.answers = func(c graphCall, rw http.ResponseWriter) bool {
		if !strings.HasSuffix(c.path, "/messages") {
			return false
		}
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(rw, `{"error":{"message":"(#551) This person isn't available right now.","code":551,"error_subcode":1545041}}`)
		return true
	}
	w.config["channels"] += graph.messenger("fb", "10203")
	w.start()
	w.told("fb", "page", "10203", `"message":{"mid":"one","text":"hello"}`)
	id := w.conversation("fb", "Lena Vogt", nil).ID
	w.says(annKey, id, "hi")
	w.message(id, "it failed for a reason", func(m entry) bool {
		return m.Status == "failed" && m.Fault.Kind == "permanent" && m.Fault.Code == "551/1545041" && m.Fault.Message != "" && strings.HasPrefix(m.Fault.Link, "https://developers.facebook.com/")
	})
}
