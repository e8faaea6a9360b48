package kit

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"causeway/core"
)

// Own reads the body of an author's own call, which must be an object with no
// fields but those allowed. Its error says which there are.
func Own(n core.Native, allowed ...string) (map[string]json.RawMessage, error) {
	return fields(n.Body, "its body", allowed...)
}

// Within is Own for an object in such a body.
func Within(body map[string]json.RawMessage, name string, allowed ...string) (map[string]json.RawMessage, error) {
	return fields(body[name], name, allowed...)
}

func fields(raw json.RawMessage, name string, allowed ...string) (map[string]json.RawMessage, error) {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil || len(all) == 0 {
		return nil, fmt.Errorf("%s must be an object with something in it", name)
	}
	for _, field := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(allowed, field) {
			return nil, fmt.Errorf("%s may not have %.50q, only %s", name, field, strings.Join(allowed, ", "))
		}
	}
	return all, nil
}
