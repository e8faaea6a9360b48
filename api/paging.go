package api

import (
	"strconv"

	"causeway/core"
)

// Paging is the part of a list's address that says which page. It is exported
// because huma sets its fields.
type Paging struct {
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200" doc:"How many items at most."`
	Cursor string `query:"cursor" maxLength:"32" doc:"The next of the page before."`
}

// idsEnd is the bound of all our numbers: what a JavaScript number holds.
const idsEnd = 1 << 53

// after is the number that the cursor stands for; 0 is the beginning.
func (p Paging) after() (int64, error) {
	if p.Cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(p.Cursor, 10, 64)
	if err != nil || n <= 0 || n >= idsEnd || strconv.FormatInt(n, 10) != p.Cursor {
		return 0, invalid("the cursor is not one that we gave")
	}
	return n, nil
}

// pageOf makes a page of items, whose last one is at position last. A page that
// is not full is the end.
func pageOf[T any](items []T, limit int, last func(T) int64) page[T] {
	p := page[T]{Items: orEmpty(items)}
	if n := len(items); n > 0 && n >= limit {
		p.Next = strconv.FormatInt(last(items[n-1]), 10)
	}
	return p
}

// pageAt is the page of a list that is whole in memory; the cursor is how many
// came before.
func pageAt[T any](all []T, p Paging) (page[T], error) {
	before, err := p.after()
	if err != nil {
		return page[T]{}, err
	}
	from := min(before, int64(len(all)))
	to := min(from+int64(p.Limit), int64(len(all)))
	found := page[T]{Items: orEmpty(all[from:to])}
	if to < int64(len(all)) {
		found.Next = strconv.FormatInt(to, 10)
	}
	return found, nil
}

// Single names one conversation in an address.
type Single struct {
	ID core.ConversationID `path:"id" minimum:"1" maximum:"9007199254740991"`
}
