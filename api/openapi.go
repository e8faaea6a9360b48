package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

const (
	base    = "/api/v1"
	mostAPI = 1 << 20 // bytes of a body
)

// restConfig is huma without its own pages, links and schema routes.
func (b *border) restConfig() huma.Config {
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decode}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Causeway", Version: b.Version,
				Description: "Joins messaging channels to one chat core. Lists are pages of `items` with the cursor `next`, which is empty at the end. " +
					"Errors are problem details (RFC 9457) with a stable `code`. Times are RFC 3339, ids are numbers below 2^53.",
			},
			Servers: []*huma.Server{{URL: b.PublicURL}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"bearer":    {Type: "http", Scheme: "bearer", Description: "A key of the config's api_keys."},
					"apiKey":    {Type: "apiKey", In: "header", Name: "Api-Key", Description: "The same key."},
					"signature": {Type: "apiKey", In: "query", Name: "sig", Description: "Part of an address that we gave out."},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{asProblem},
	}
}

// register adds a route whose input and output are types. Errors of do are
// sorted by problemOf.
func register[I, O any](b *border, op huma.Operation, by access, do func(context.Context, *I) (*O, error)) {
	op.Path = base + op.Path
	op.MaxBodyBytes = mostAPI
	b.declare(&op, by)
	huma.Register(b.rest, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err == nil {
			return out, nil
		}
		p := problemOf(err)
		if p.cause != nil {
			b.Log.WithError(p.cause).WithField("route", op.Path).Error("a request failed")
		}
		return nil, p
	})
}

// raw adds a route that reads and writes for itself, and documents it as op says.
func (b *border) raw(op huma.Operation, by access, do gin.HandlerFunc) {
	b.declare(&op, by)
	for _, name := range pathNames(op.Path) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
	}
	if op.Responses["200"] == nil {
		op.Responses["200"] = &huma.Response{Description: http.StatusText(http.StatusOK)}
	}
	b.rest.OpenAPI().AddOperation(&op)
	b.engine.Handle(op.Method, ginPath(op.Path), do)
}

// declare notes who may use the route, and what its errors look like.
func (b *border) declare(op *huma.Operation, by access) {
	b.policies[op.Method+" "+ginPath(op.Path)] = by
	op.Security = by.security()
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	op.Responses["default"] = &huma.Response{
		Description: "A problem",
		Content:     map[string]*huma.MediaType{problemType: {Schema: b.schema(Problem{})}},
	}
}

// schema is a reference to the schema of v's type.
func (b *border) schema(v any) *huma.Schema {
	return b.rest.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(v), true, "")
}

// answers documents a status with bodies of some types.
func answers(status int, description string, bodies map[string]*huma.Schema) map[string]*huma.Response {
	content := map[string]*huma.MediaType{}
	for contentType, schema := range bodies {
		content[contentType] = &huma.MediaType{Schema: schema}
	}
	return map[string]*huma.Response{strconv.Itoa(status): {Description: description, Content: content}}
}

// finishDocument writes the document once all routes are there.
func (b *border) finishDocument() []byte {
	schemas := b.rest.OpenAPI().Components.Schemas.Map()
	delete(schemas, "ErrorModel") // huma's own errors, which asProblem replaces
	delete(schemas, "ErrorDetail")
	for _, s := range schemas {
		for _, property := range s.Properties {
			if property.Type == huma.TypeArray {
				property.Nullable = false // lists are never null here, in nor out
			}
		}
	}
	tellWords(schemas)
	document, err := json.Marshal(b.rest.OpenAPI())
	if err != nil { // a test reads the document of these very routes
		b.Log.WithError(err).Error("the API's document cannot be written")
	}
	return document
}

// ginPath writes /a/{b} as /a/:b.
func ginPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// pathNames are the names in braces.
func pathNames(path string) []string {
	var names []string
	for _, part := range strings.Split(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}
