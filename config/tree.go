package config

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// The bounds of a config, so that no file keeps us busy for long.
const (
	maxBytes = 1 << 20
	maxDepth = 20
)

// shape is what a node of the file is.
type shape int

const (
	null    shape = iota
	text          // a string, whose ${ENV} is filled in
	number        // digits, with or without a point
	boolean       // true or false
	list
	mapping
)

// node is one value of the file, with its place.
type node struct {
	line, column int
	shape        shape
	// scalar is a text, or the digits or the word as they are written.
	scalar string
	// fromEnv: part of the text came out of the environment.
	fromEnv bool
	// spoiled: something about the value was reported already.
	spoiled bool
	items   []*node
	entries []entry
}

// entry is one key of a mapping.
type entry struct {
	key          string
	line, column int
	value        *node
}

// child is the value of a key, nil if it is absent or empty.
func (n *node) child(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.key == key && e.value.shape != null {
			return e.value
		}
	}
	return nil
}

// parse reads a file into a tree. What YAML offers beyond plain values is
// refused: anchors, tags, merge keys, several documents.
func parse(data []byte, r *report) *node {
	if len(data) > maxBytes {
		r.at(nil, "", "the file is larger than %d bytes", maxBytes)
		return nil
	}
	if !utf8.Valid(data) {
		r.at(nil, "", "the file is not UTF-8; save it as UTF-8")
		return nil
	}
	file, err := parseYAML(data)
	if err != nil {
		r.syntax(err)
		return nil
	}
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.CommentGroupType {
			continue
		}
		if body != nil {
			r.at(&node{line: doc.Body.GetToken().Position.Line, column: 1}, "", "a second document begins here; write one, without ---")
			return nil
		}
		body = doc.Body
	}
	if body == nil {
		r.at(nil, "", "the file is empty; causeway's example config shows what to write")
		return nil
	}
	root := (&builder{r}).build(body, "", 0)
	if root.shape != mapping {
		if !root.spoiled {
			r.at(root, "", "write keys with values, such as app_id: acme")
		}
		return nil
	}
	return root
}

// parseYAML keeps a fault of the library, which is fed by people, from being
// ours.
func parseYAML(data []byte) (file *ast.File, err error) {
	defer func() {
		if recover() != nil {
			file, err = nil, errors.New("this is no YAML that can be read")
		}
	}()
	return parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
}

// syntax reports an error of the library without the lines and the values that
// the library quotes.
func (r *report) syntax(err error) {
	at, message := (*node)(nil), "this is no YAML that can be read"
	var known yaml.Error
	if errors.As(err, &known) {
		message, _, _ = strings.Cut(known.GetMessage(), `"`)
		if t := known.GetToken(); t != nil && t.Position != nil {
			at = &node{line: t.Position.Line, column: t.Position.Column}
		}
	}
	r.at(at, "", "not valid YAML: %s", strings.TrimSpace(message))
}

// builder turns the library's tree into ours.
type builder struct{ *report }

func (b *builder) build(from ast.Node, key string, depth int) *node {
	n := &node{}
	if from == nil {
		return n
	}
	if t := from.GetToken(); t != nil && t.Position != nil {
		n.line, n.column = t.Position.Line, t.Position.Column
	}
	if depth > maxDepth {
		return b.refuse(n, key, "is nested too deeply")
	}
	switch v := from.(type) {
	case *ast.NullNode:
		n.shape = null
	case *ast.BoolNode:
		n.shape, n.scalar = boolean, v.Token.Value
	case *ast.IntegerNode:
		n.shape, n.scalar = number, v.Token.Value
	case *ast.FloatNode:
		n.shape, n.scalar = number, v.Token.Value
	case *ast.InfinityNode, *ast.NanNode:
		return b.refuse(n, key, "is no number that makes sense here")
	case *ast.StringNode:
		n.shape, n.scalar = text, v.Value
	case *ast.LiteralNode:
		n.shape, n.scalar = text, v.Value.Value
	case *ast.SequenceNode:
		n.shape = list
		for i, item := range v.Values {
			n.items = append(n.items, b.build(item, fmt.Sprintf("%s[%d]", key, i), depth+1))
		}
	case *ast.MappingNode:
		b.entries(n, v.Values, key, depth)
	case *ast.MappingValueNode:
		b.entries(n, []*ast.MappingValueNode{v}, key, depth)
	default:
		return b.refuse(n, key, "anchors, aliases and tags (& * !) are not read here; write the value out, in quotes if it begins with such a sign")
	}
	return n
}

func (b *builder) entries(n *node, values []*ast.MappingValueNode, key string, depth int) {
	n.shape = mapping
	seen := map[string]int{}
	for i, v := range values {
		at := &node{}
		if t := v.Key.GetToken(); t != nil && t.Position != nil {
			at.line, at.column = t.Position.Line, t.Position.Column
		}
		if i == 0 || n.line == 0 {
			n.line, n.column = at.line, at.column
		}
		name, ok := keyText(v.Key)
		path := join(key, presentable(name))
		if !ok {
			b.at(at, key, "a key must be a plain word")
			continue
		}
		if line, twice := seen[name]; twice {
			b.at(at, path, "is written twice; the first is in line %d", line)
			continue
		}
		seen[name] = at.line
		value := b.build(v.Value, path, depth+1)
		if value.line == 0 || value.shape == null {
			value.line, value.column = at.line, at.column
		}
		n.entries = append(n.entries, entry{key: name, line: at.line, column: at.column, value: value})
	}
}

func (b *builder) refuse(n *node, key, format string, args ...any) *node {
	b.at(n, key, format, args...)
	n.shape, n.spoiled = null, true
	return n
}

func keyText(key ast.MapKeyNode) (string, bool) {
	switch k := key.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return k.GetToken().Value, true
	default:
		return "", false
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// presentable is a key as it may be shown. Our keys are small letters and "_";
// what else stands in a key may be a value whose colon or space was forgotten.
func presentable(key string) string {
	for i, r := range key {
		if r != '_' && (r < 'a' || r > 'z') || i >= 30 {
			return key[:i] + "…"
		}
	}
	return key
}
