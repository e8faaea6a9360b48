package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

const readyTime = 2 * time.Second

type health struct {
	Status  string `json:"status" enum:"ok,ready"`
	Version string `json:"version"`
}

func (b *border) probeRoutes() {
	ok := func(what string) map[string]*huma.Response {
		return answers(http.StatusOK, what, map[string]*huma.Schema{"application/json": b.schema(health{})})
	}
	probe := func(path, id, summary string, responses map[string]*huma.Response, do gin.HandlerFunc) {
		b.raw(huma.Operation{
			OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{"probes"}, Summary: summary, Responses: responses,
		}, byAnybody, do)
	}
	probe("/healthz", "health", "The process runs", ok("It runs"), func(c *gin.Context) {
		writeJSON(c.Writer, http.StatusOK, "application/json", health{"ok", b.Version})
	})
	probe("/readyz", "ready", "Work can be taken on", ok("It can"), b.ready)
	probe("/openapi.json", "document", "This document", answers(http.StatusOK, "The document",
		map[string]*huma.Schema{"application/json": {Type: huma.TypeObject}}), func(c *gin.Context) {
		c.Data(http.StatusOK, "application/json", b.document)
	})
	if b.Metrics != nil {
		probe("/metrics", "metrics", "Figures for Prometheus", answers(http.StatusOK, "Figures",
			map[string]*huma.Schema{"text/plain": {Type: huma.TypeString}}), gin.WrapH(b.Metrics))
	}
}

func (b *border) ready(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), readyTime)
	defer cancel()
	if err := b.Ready(ctx); err != nil {
		b.Log.WithError(err).Warn("not ready")
		b.refuse(c, problem(CodeNotReady, "work cannot be taken on now; the log says why"))
		return
	}
	writeJSON(c.Writer, http.StatusOK, "application/json", health{"ready", b.Version})
}
