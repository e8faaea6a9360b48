package core_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"causeway/core"
	"causeway/media"
	"causeway/telemetry"
)

// hasFile is an account at a provider that gives out one file.
type hasFile struct{}

func (hasFile) Receive(core.Request) (core.Delivery, error)                 { return core.Delivery{}, nil }
func (hasFile) Send(context.Context, core.Payload) (core.ProviderID, error) { return "", nil }
func (hasFile) OpenMedia(context.Context, string) (core.OpenFile, error) {
	return core.OpenFile{Body: io.NopCloser(strings.NewReader("x")), Size: 1}, nil
}

// A file that the disk does not take is not given up: there will be room, or
// another node has it. Nor is another one fetched for a while.
func TestAFileThatTheDiskDoesNotTakeIsFetchedAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "media")
	folder, err := media.Open(dir, media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	log := logrus.New()
	log.SetOutput(t.Output())
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	e := core.NewEngine(core.Ports{
		Keeper: folder, Observer: telemetry.New(), Log: log, Now: func() time.Time { return now }, NewID: func() int64 { return 1 },
		Chance: func() float64 { return 0.5 },
	}, &core.Setup{Channels: map[core.ChannelID]core.Channel{"c": {ID: "c", Connector: hasFile{}}}})
	fetch := func(id int64) core.Outcome {
		return e.Act(t.Context(), core.FetchWork{ID: id, Channel: "c", Attempts: 99})
	}
	if got, ok := fetch(1).(core.Fetched); !ok || got.Size != 1 {
		t.Fatalf("while the disk is well: %+v", got)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	const again = 2 * time.Second
	got, ok := fetch(2).(core.Later)
	if !ok || got.Count || got.After != again || got.Fault == nil || got.Fault.Code != core.CodeDisk {
		t.Errorf("%+v", got)
	}
	if got, ok := fetch(3).(core.Later); !ok || got.Count || got.After != again || got.Fault != nil {
		t.Errorf("the next one: %+v", got)
	}
}
