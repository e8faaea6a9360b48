package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
	"causeway/kommunicate"
)

func (b *border) schemaRoutes() {
	op := huma.Operation{
		OperationID: "schema", Method: http.MethodGet, Path: "/schema/{file}", Tags: []string{"rendering"},
		Summary: "Read the JSON Schema of what a bot may answer on a kind of channel",
		Description: "What validates is shown without anything degraded or lost. For people, and for the structured output of language models. " +
			"The file is the kind's name and “.json”.",
	}
	op.Responses = answers(http.StatusOK, "A JSON Schema, draft 2020-12", map[string]*huma.Schema{schemaType: {Type: huma.TypeObject}})
	register(b, op, byAnyKey, b.schemaOf)
}

const schemaType = "application/schema+json"

type schemaInput struct {
	File string `path:"file" maxLength:"100" doc:"The kind's name and “.json”."`
}

type schemaOutput struct {
	Type string `header:"Content-Type" hidden:"true"`
	Body []byte
}

func (b *border) schemaOf(_ context.Context, in *schemaInput) (*schemaOutput, error) {
	name, isFile := strings.CutSuffix(in.File, ".json")
	k, ok := first(b.Directory().Kinds, func(k core.Kind) bool { return k.Name == name })
	if !ok || !isFile {
		return nil, problem(CodeNotFound, "there is no such kind of channel")
	}
	body, err := json.MarshalIndent(kommunicate.Schema(k.Title, k.Capabilities), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the schema of %s: %w", k.Name, err)
	}
	return &schemaOutput{Type: schemaType, Body: append(body, '\n')}, nil
}
