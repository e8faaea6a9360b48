package core

import (
	"encoding/json"
	"strings"
)

// Selection is a contact's pick from Choices, a List or Cards. A connector
// fills Token and Title as they came; Record fills in the rest from what was
// offered, and nothing that came over the wire is trusted for it.
type Selection struct {
	Token    string     `json:"token,omitempty"`
	Title    string     `json:"title"`
	ID       string     `json:"id,omitempty"`
	Message  string     `json:"message,omitempty"` // what the pick says
	Of       MessageID  `json:"of,omitempty"`      // the message that offered it
	Button   ButtonType `json:"button,omitempty"`  // what kind of button was tapped
	Metadata Metadata   `json:"metadata,omitempty"`
	Language string     `json:"language,omitempty"`
}

// Reaction is an emoji on a message; an empty one takes the reaction back.
type Reaction struct {
	To    ProviderID `json:"to"`
	Emoji string     `json:"emoji"`
}

// Order is a basket.
type Order struct {
	Catalog string      `json:"catalog,omitempty"`
	Note    string      `json:"note,omitempty"`
	Items   []OrderItem `json:"items"`
}

// OrderItem is one line of an Order. Price is as the provider wrote it.
type OrderItem struct {
	Product  string `json:"product"`
	Quantity int    `json:"quantity"`
	Price    string `json:"price,omitempty"`
	Currency string `json:"currency,omitempty"`
}

// Edited says that the contact changed an earlier message.
type Edited struct {
	Of  ProviderID `json:"of"`
	New Content    `json:"new"`
}

// Deleted says that the contact took an earlier message back.
type Deleted struct {
	Of ProviderID `json:"of"`
	// Erased: the provider demands that nothing of that message is kept. It is then
	// itself a Deleted, of itself.
	Erased bool `json:"erased,omitempty"`
}

// Unsupported stands for a message that came and that we cannot read.
type Unsupported struct {
	What string `json:"what"`           // the provider's word for it
	Text string `json:"text,omitempty"` // what could be read of it
}

// Type implements Content.
func (Selection) Type() ContentType   { return TypeSelection }
func (Reaction) Type() ContentType    { return TypeReaction }
func (Order) Type() ContentType       { return TypeOrder }
func (Edited) Type() ContentType      { return TypeEdited }
func (Deleted) Type() ContentType     { return TypeDeleted }
func (Unsupported) Type() ContentType { return TypeUnsupported }

// MarshalJSON writes the nested content with its type.
func (e Edited) MarshalJSON() ([]byte, error) {
	inner, err := MarshalContent(e.New)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		Of  ProviderID      `json:"of"`
		New json.RawMessage `json:"new"`
	}{e.Of, inner})
}

func readEdited(data []byte) (Content, error) {
	var e struct {
		Of  ProviderID      `json:"of"`
		New json.RawMessage `json:"new"`
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, err
	}
	inner, err := UnmarshalContent(e.New)
	return Edited{Of: e.Of, New: inner}, err
}

// PlainText is c in words alone: what a list of conversations shows, and what a
// bot hears as the message. It is empty where there are no words.
func PlainText(c Content) string {
	switch c := c.(type) {
	case Text:
		return plain(c.Body, c.Format)
	case Media:
		return plain(c.Caption, c.Format)
	case Album:
		var captions []string
		for _, m := range c.Items {
			captions = append(captions, plain(m.Caption, m.Format))
		}
		return lines(captions...)
	case Location:
		return lines(c.Name, c.Address)
	case Contacts:
		var names []string
		for _, card := range c.Contacts {
			names = append(names, lines(card.Name, strings.Join(card.Phones, ", ")))
		}
		return lines(names...)
	case Choices:
		return lines(c.Header, plain(c.Body, c.Format), c.Footer)
	case List:
		return lines(c.Header, plain(c.Body, c.Format), c.Footer)
	case Cards:
		text := []string{plain(c.Body, c.Format)}
		for _, card := range c.Cards {
			text = append(text, card.Title)
		}
		return lines(text...)
	case Form:
		return plain(c.Body, c.Format)
	case FormAnswer:
		return c.Message
	case Template:
		return lines(c.Params...)
	case Selection:
		if c.Message != "" {
			return c.Message
		}
		return c.Title
	case Reaction:
		return c.Emoji
	case Order:
		return c.Note
	case Edited:
		return PlainText(c.New)
	case Unsupported:
		return c.Text
	}
	return ""
}

// lines joins what is not empty, a line each.
func lines(parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, "\n")
}
