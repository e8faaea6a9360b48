package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"causeway/core"
)

func packParts(parts []core.Content) (string, error) {
	if len(parts) == 0 {
		return "", nil
	}
	raw := make([]json.RawMessage, len(parts))
	for i, p := range parts {
		body, err := core.MarshalContent(p)
		if err != nil {
			return "", fmt.Errorf("pack parts: %w", err)
		}
		raw[i] = body
	}
	body, err := json.Marshal(raw)
	if err != nil {
		return "", fmt.Errorf("pack parts: %w", err)
	}
	return cleanJSON(body), nil
}

func unpackParts(text string) ([]core.Content, error) {
	var raw []json.RawMessage
	if err := unpack(text, &raw); err != nil {
		return nil, err
	}
	parts := make([]core.Content, len(raw))
	for i, body := range raw {
		c, err := core.UnmarshalContent(body)
		if err != nil {
			return nil, fmt.Errorf("unpack parts: %w", err)
		}
		parts[i] = c
	}
	return parts, nil
}

// ours marks the URL of a file in our keeping, in stored content: links to it
// are made when it is read, because they expire.
const ours = "media:"

func ourURL(id int64) string { return ours + strconv.FormatInt(id, 10) }

// withURLs turns the marks of files in our keeping into links.
func withURLs(c core.Content, url func(id int64) string) core.Content {
	link := func(m core.Media) core.Media {
		if id, ok := strings.CutPrefix(m.URL, ours); ok {
			if n, err := strconv.ParseInt(id, 10, 64); err == nil {
				m.URL = url(n)
			}
		}
		return m
	}
	switch c := c.(type) {
	case core.Media:
		return link(c)
	case core.Album:
		items := make([]core.Media, len(c.Items))
		for i, m := range c.Items {
			items[i] = link(m)
		}
		return core.Album{Items: items}
	case core.Edited:
		c.New = withURLs(c.New, url)
		return c
	}
	return c
}
