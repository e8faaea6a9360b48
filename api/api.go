// Package api is the HTTP border: webhooks, the REST interface, the event
// stream, files and probes. It turns requests into calls of the engine and the
// store, and their answers into JSON. gin and huma stop here. It knows no
// provider, no SQL and no rules: a webhook's body is handed on as it came, and
// who may do what is said route by route, beside the route.
package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/sirupsen/logrus"

	"causeway/core"
)

// Options is all that the border needs. Fields are needed unless they say
// otherwise.
type Options struct {
	Bridge Bridge
	Store  core.Store
	// Directory is what the operator configured, as it stands now. It may be
	// another one at every call, and none is changed once it was returned.
	Directory func() *Directory
	Files     Files
	// FileHeaders says how a browser may show a file of a type and name. Without
	// it every file is downloaded.
	FileHeaders func(mimeType, name string) http.Header
	Metrics     http.Handler  // nil for no /metrics
	Observer    core.Observer // nil for none
	// Ready reports why no work can be taken on now. It is called with a
	// deadline of two seconds.
	Ready func(context.Context) error
	// Away tells at once that nothing can be stored just now, and webhooks are
	// refused before they wait for it. Nil for never.
	Away func() bool
	// PublicURL is where providers and browsers reach us, without a slash at its
	// end. Addresses are built on it, never on what a request says of itself.
	PublicURL string
	Version   string
	Log       logrus.FieldLogger
	Now       func() time.Time
	MaxBody   int64 // of a webhook, in bytes; 3 MB if it is 0
}

// Bridge is what the border asks of the engine.
type Bridge interface {
	// Receive takes a webhook call; when it returns no error, all is on disk.
	Receive(ctx context.Context, id core.ChannelID, r core.Request) (core.ReplyBody, error)
	// Say queues messages and returns them as they are stored.
	Say(ctx context.Context, s core.Speech) ([]core.Message, error)
}

// Files keeps what came in.
type Files interface {
	// Verify checks the query of an address that we gave out.
	Verify(id int64, expires, sig string, now time.Time) error
	// OpenFile returns a file, its size in bytes and when it was kept. Its error
	// wraps [core.ErrNotFound] if there is none.
	OpenFile(id int64) (io.ReadSeekCloser, int64, time.Time, error)
}

const defaultMaxBody = 3 << 20

// New makes the handler for all routes. It does no I/O. Serve it with [Server],
// which bounds what clients can hold and ends event streams on shutdown.
func New(o Options) http.Handler {
	return newBorder(o).engine
}

// border is the state that the routes share.
type border struct {
	Options
	engine   *gin.Engine
	rest     huma.API
	policies map[string]access // by method and path, as gin writes them
	room     *room             // for bodies of webhooks
	readers  *readers          // of bodies of webhooks
	share    *share            // of the places for webhook calls
	streams  chan struct{}     // a place for each open event stream
	document []byte            // /openapi.json
}

func newBorder(o Options) *border {
	if o.MaxBody <= 0 {
		o.MaxBody = defaultMaxBody
	}
	b := &border{Options: o, policies: map[string]access{}, room: newRoom(roomForFirst, roomForBodies), readers: newReaders(placesToRead), share: newShare(placesForCalls), streams: make(chan struct{}, mostStreams)}
	b.engine = b.newEngine()
	b.rest = humagin.New(b.engine, b.restConfig())
	b.routes()
	b.document = b.finishDocument()
	return b
}

// newEngine makes a gin engine without gin's own logger, recovery and redirects.
func (b *border) newEngine() *gin.Engine {
	if gin.Mode() == gin.DebugMode {
		// gin has one mode for the whole process; in this one it writes to stdout.
		gin.SetMode(gin.ReleaseMode)
	}
	e := gin.New()
	e.RedirectTrailingSlash = false
	e.HandleMethodNotAllowed = true
	e.UseRawPath = true // so that an id may hold an escaped slash
	e.ForwardedByClientIP = false
	e.Use(b.logged, b.recovered, bounded, b.guarded)
	e.NoRoute(func(c *gin.Context) { b.refuse(c, problem(CodeNotFound, "there is no such address")) })
	e.NoMethod(func(c *gin.Context) {
		b.refuse(c, problem(CodeMethodNotAllowed, "the address does not take "+c.Request.Method))
	})
	return e
}

// routes lists every route there is.
func (b *border) routes() {
	b.webhookRoutes()
	b.conversationRoutes()
	b.startRoutes()
	b.contactRoutes()
	b.messageRoutes()
	b.peopleRoutes()
	b.channelRoutes()
	b.routingRoutes()
	b.renderRoutes()
	b.schemaRoutes()
	b.eventRoutes()
	b.mediaRoutes()
	b.probeRoutes()
}

// writeJSON answers with v.
func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	body, err := json.Marshal(v)
	if err != nil { // the types here cannot fail, except for content of a broken store
		status, body = http.StatusInternalServerError, []byte(`{}`)
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the reader may be gone
}
