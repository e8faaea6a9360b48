package api

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/core"
)

// Who is at it for longest makes room, of the channel that has most.
func TestReadersMakeRoom(t *testing.T) {
	r := newReaders(4)
	var ended []string
	leaves := map[string]func(){}
	enter := func(id core.ChannelID, n int) {
		name := fmt.Sprint(id, n)
		leaves[name] = r.enter(id, func() { ended = append(ended, name) })
	}
	for n := range 3 {
		enter("a", n)
	}
	enter("b", 0)
	enter("b", 1) // a has most
	enter("a", 3) // as many as b and one more
	leaves["a2"]()
	enter("c", 0)
	enter("b", 2)
	if want := []string{"a0", "a1", "b0"}; !slices.Equal(ended, want) {
		t.Errorf("%v were ended, want %v", ended, want)
	}
	for _, leave := range leaves {
		leave()
		leave()
	}
	if r.free != 4 || len(r.in) != 0 {
		t.Errorf("%d places are free, %v hold some", r.free, r.in)
	}
}

// Callers who send half a body, which needs no secret, keep no webhook out.
func TestSlowBodiesKeepNobodyOut(t *testing.T) {
	const places, slow = 8, 20
	r := newRig(t)
	r.readers, r.share = newReaders(places), newShare(places)
	s := httptest.NewUnstartedServer(nil)
	s.Config = Server("", r.engine)
	s.Start()
	defer s.Close()
	for range slow {
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := fmt.Fprint(c, "POST /webhooks/one HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(20 * time.Second); r.readers.left() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d places are still free", r.readers.left())
		}
	}
	for range slow {
		resp, err := http.Post(s.URL+"/webhooks/one", "application/json", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%d %v", resp.StatusCode, err)
		}
	}
}

// left is how many places are free.
func (r *readers) left() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.free
}
