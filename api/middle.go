package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/sirupsen/logrus"
)

// answerTime is for a request to be answered; streams and files go by the write.
const answerTime = 60 * time.Second

// logged writes one line a request: never its query, headers or body, because
// they hold secrets and what people said.
func (b *border) logged(c *gin.Context) {
	began := b.Now()
	b.harden(c.Writer.Header())
	c.Next()
	if l, ok := b.Log.(*logrus.Logger); ok && !l.IsLevelEnabled(logrus.DebugLevel) { //nolint:forbidigo // a level, not the global logger
		return
	}
	route := c.FullPath()
	if route == "" {
		route = "none"
	}
	log := b.Log.WithFields(logrus.Fields{"method": c.Request.Method, "route": route, "status": c.Writer.Status(), "took": b.Now().Sub(began).String()})
	if k := callerOf(c.Request.Context()); k.Name != "" {
		log = log.WithField("key", k.Name)
	}
	log.Debug("request")
}

// harden says that nothing here may be kept, framed, guessed at or run.
func (b *border) harden(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if strings.HasPrefix(b.PublicURL, "https://") {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// recovered turns a panic into a 500, so that one request cannot end all.
func (b *border) recovered(c *gin.Context) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		err, ok := r.(error)
		if !ok {
			err = fmt.Errorf("%v", r)
		}
		if errors.Is(err, http.ErrAbortHandler) {
			panic(r)
		}
		c.Abort()
		if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, os.ErrDeadlineExceeded) {
			return // the reader has gone
		}
		b.Log.WithError(err).WithFields(logrus.Fields{"route": c.FullPath(), "stack": string(debug.Stack())}).Error("a request panicked")
		if !c.Writer.Written() {
			b.refuse(c, problem(CodeInternal, "the log says more"))
		}
	}()
	c.Next()
}

// bounded gives the answer a time, and watches whether the body arrived. The
// body's own time is the server's ReadTimeout, which net/http takes off the
// connection once the body is read.
func bounded(c *gin.Context) {
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(answerTime)) // not every writer has deadlines
	if c.Request.ContentLength != 0 {
		c.Request.Body = &incoming{ReadCloser: c.Request.Body}
	}
}

// incoming is a body that knows whether all of it is here.
type incoming struct {
	io.ReadCloser
	whole bool
}

func (i *incoming) Read(p []byte) (int, error) {
	n, err := i.ReadCloser.Read(p)
	i.whole = i.whole || errors.Is(err, io.EOF)
	return n, err
}

// refuse answers with p and ends the request. It logs what is our fault.
func (b *border) refuse(c *gin.Context, p *Problem) {
	if p.cause != nil {
		b.Log.WithError(p.cause).WithField("route", c.FullPath()).Error("a request failed")
	}
	for name, values := range p.GetHeaders() {
		c.Writer.Header()[name] = values
	}
	if body, ok := c.Request.Body.(*incoming); ok && !body.whole {
		c.Header("Connection", "close") // else the server would wait for the rest first
	}
	writeJSON(c.Writer, p.Status, problemType, p)
	c.Abort()
}
