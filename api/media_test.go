package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"causeway/core"
)

// kept is a file that came in, with its number and the address that was given out.
type kept struct {
	id      int64
	address string
}

// threeFiles are a picture in the bot's conversation and a drawing in Ann's, both
// kept, and a recording in the bot's that is not fetched yet.
func (r *rig) threeFiles() (picture, drawing, recording kept) {
	r.t.Helper()
	r.wire.file = "picture"
	came := r.hear(
		said("+1", "picture", core.Media{Media: core.Image, Ref: "p", MIME: "image/png", Name: "a.png"}),
		said("+2", "drawing", core.Media{Media: core.File, Ref: "d", MIME: "image/svg+xml", Name: "b.svg"}),
	)
	engine, ok := r.Bridge.(*core.Engine)
	if !ok {
		r.t.Fatalf("the bridge is %T", r.Bridge)
	}
	done := make(chan struct{}, len(came))
	r.works(func(ctx context.Context, w core.Work) core.Outcome {
		if _, ok := w.(core.FetchWork); !ok {
			return core.Later{After: time.Hour}
		}
		defer func() { done <- struct{}{} }()
		return engine.Act(ctx, w)
	}, func() {
		for range came {
			<-done
		}
	})
	late := r.hear(said("+1", "recording", core.Media{Media: core.Audio, Ref: "r"}))
	return r.file(came[0]), r.file(came[1]), r.file(late[0])
}

func (r *rig) file(f core.ItemFate) kept {
	r.t.Helper()
	m, err := r.store.Message(r.t.Context(), f.Message)
	if err != nil {
		r.t.Fatal(err)
	}
	of, ok := m.Content.(core.Media)
	path, ours := strings.CutPrefix(of.URL, "https://chat.example.com")
	number, _, _ := strings.Cut(strings.TrimPrefix(path, "/api/v1/media/"), "?")
	id, err := strconv.ParseInt(number, 10, 64)
	if !ok || !ours || err != nil {
		r.t.Fatalf("%+v of %+v is at %q: %v", m, f, of.URL, err)
	}
	return kept{id, path}
}

func TestMedia(t *testing.T) {
	r := newRig(t)
	picture, _, recording := r.threeFiles()
	byKey := func(id int64) string { return fmt.Sprintf("/api/v1/media/%d", id) }
	w := r.call("GET", picture.address, "", "")
	expect(t, w, 200, "")
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Disposition": "attachment", "Content-Security-Policy": "default-src 'none'; sandbox",
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if w.Body.String() != "picture" {
		t.Errorf("file %q", w.Body)
	}
	forged, _, _ := strings.Cut(picture.address, "&sig=")
	expect(t, r.call("GET", forged+"&sig=bad", "", ""), 403, CodeForbidden)
	expect(t, r.call("GET", forged+"&sig=bad", opsKey, ""), 403, CodeForbidden)
	expect(t, r.call("GET", byKey(picture.id)+"?sig=", "", ""), 401, CodeUnauthorized)
	expect(t, r.call("GET", strings.Replace(recording.address, fmt.Sprint(recording.id), fmt.Sprint(picture.id), 1), "", ""), 403, CodeForbidden)
	expect(t, r.call("GET", byKey(picture.id), annKey, ""), 200, "")
	expect(t, r.call("GET", byKey(9), annKey, ""), 404, CodeNotFound)
	pending := r.call("GET", byKey(recording.id), annKey, "")
	if expect(t, pending, 404, CodePending); pending.Header().Get("Retry-After") != "5" {
		t.Errorf("pending: %v", pending.Header())
	}
	part := r.call("GET", byKey(picture.id), annKey, "", "Range", "bytes=0-2")
	if part.Code != 206 || part.Body.String() != "pic" {
		t.Errorf("range: %d %q", part.Code, part.Body)
	}
	if err := r.files.Remove(picture.id); err != nil {
		t.Fatal(err)
	}
	expect(t, r.call("GET", byKey(picture.id), annKey, ""), 404, CodeNotFound)
	r.Now = func() time.Time { return noon.Add(time.Hour) }
	expect(t, r.call("GET", picture.address, "", ""), 403, CodeForbidden)
}
