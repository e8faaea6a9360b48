package core

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Content is what a message says, in no channel's form. It is a closed set:
// the types in this file, form.go, native.go and content_in.go, and no others.
//
//sumtype:decl
type Content interface{ Type() ContentType }

// ContentType is the "type" field of content in JSON.
type ContentType string

// Format says how the text of a content is written.
type Format string

// The formats of text. The empty format is Plain.
const (
	Plain    Format = ""
	HTML     Format = "html"
	Markdown Format = "markdown"
)

// Text is words.
type Text struct {
	Body   string `json:"body"`
	Format Format `json:"format,omitempty"`
}

// Media is a file. Going out it has a URL. Coming in it has a Ref, which only
// the channel's connector can open, and, once recorded, a URL of ours.
type Media struct {
	Media   MediaType `json:"media"`
	URL     string    `json:"url,omitempty"`
	Ref     string    `json:"ref,omitempty"`
	MIME    string    `json:"mime,omitempty"`
	Name    string    `json:"name,omitempty"`
	Size    int64     `json:"size,omitempty"` // bytes, 0 if not known
	Caption string    `json:"caption,omitempty"`
	Format  Format    `json:"format,omitempty"` // of the caption
	// Missing says why a file that came in is not to be had; it has no URL then.
	Missing string `json:"missing,omitempty"`
}

// MediaType is the way in which a file is shown.
type MediaType string

// The types of media.
const (
	Image   MediaType = "image"
	Video   MediaType = "video"
	Audio   MediaType = "audio"
	Voice   MediaType = "voice"
	File    MediaType = "file"
	Sticker MediaType = "sticker"
)

// Album is several files shown as one.
type Album struct {
	Items []Media `json:"items"`
}

// Location is a point on the map; a place has a name or an address too.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// Contacts is one or more address cards.
type Contacts struct {
	Contacts []AddressCard `json:"contacts"`
}

// Choices asks the contact to pick. The author says what may be picked; each
// channel shows it as buttons, as a list or as numbers.
type Choices struct {
	Header  string   `json:"header,omitempty"`
	Media   *Media   `json:"media,omitempty"` // shown above
	Body    string   `json:"body,omitempty"`
	Format  Format   `json:"format,omitempty"` // of the body
	Footer  string   `json:"footer,omitempty"`
	Buttons []Button `json:"buttons"`
}

// ButtonType says what a tap does.
type ButtonType string

// The types of button.
const (
	Reply  ButtonType = "reply"  // says Message for the contact
	Link   ButtonType = "link"   // opens URL; nothing comes back
	Submit ButtonType = "submit" // has us post Submission, then says Message
)

// Button is something to tap.
type Button struct {
	Type        ButtonType  `json:"type"`
	Title       string      `json:"title"`
	ID          string      `json:"id,omitempty"` // the author's; comes back with a tap
	Description string      `json:"description,omitempty"`
	Message     string      `json:"message,omitempty"` // what a tap says; the title if empty
	Metadata    Metadata    `json:"metadata,omitempty"`
	URL         string      `json:"url,omitempty"`
	SameTab     bool        `json:"same_tab,omitempty"`
	DeepLink    bool        `json:"deep_link,omitempty"`
	Language    string      `json:"language,omitempty"` // a tap also sets the bot's language
	Submission  *Submission `json:"submission,omitempty"`
	// Token is what the channel carries and brings back. Fit gives it; authors don't.
	Token string `json:"token,omitempty"`
}

// Says is what a tap on the button says for the contact.
func (b Button) Says() string {
	if b.Message != "" {
		return b.Message
	}
	return b.Title
}

// Submission is a call that a tap has us make.
type Submission struct {
	URL   string              `json:"url"`
	Data  map[string]string   `json:"data,omitempty"`
	Lists map[string][]string `json:"lists,omitempty"` // what has several values
	JSON  bool                `json:"json,omitempty"`  // else form-urlencoded
}

// List is a menu of items, each with its own action, and buttons below it.
type List struct {
	Image   string     `json:"image,omitempty"`
	Header  string     `json:"header,omitempty"`
	Body    string     `json:"body,omitempty"`
	Format  Format     `json:"format,omitempty"` // of the body
	Footer  string     `json:"footer,omitempty"`
	Label   string     `json:"label,omitempty"` // of the button that opens the list
	Items   []ListItem `json:"items"`
	Buttons []Button   `json:"buttons,omitempty"`
}

// ListItem is one row of a List. Its button's title and description are the row's.
type ListItem struct {
	Image  string `json:"image,omitempty"`
	Format Format `json:"format,omitempty"` // of the description
	Button Button `json:"button"`
}

// Cards is one card or a row of them (a carousel).
type Cards struct {
	Body   string `json:"body,omitempty"`
	Format Format `json:"format,omitempty"` // of the body
	Cards  []Card `json:"cards"`
}

// Card is a picture with words and things to tap.
type Card struct {
	Image       string   `json:"image,omitempty"`
	Overlay     string   `json:"overlay,omitempty"` // words over the picture, such as a price
	Title       string   `json:"title,omitempty"`
	Extra       string   `json:"extra,omitempty"` // beside the title, such as a rating
	Subtitle    string   `json:"subtitle,omitempty"`
	Description string   `json:"description,omitempty"`
	URL         string   `json:"url,omitempty"` // of the whole card
	Buttons     []Button `json:"buttons,omitempty"`
}

// Template is a message that the provider approved beforehand.
type Template struct {
	Name       string          `json:"name"`
	Language   string          `json:"language"`
	Category   string          `json:"category,omitempty"`   // "marketing" is not sent to who wants none
	Params     []string        `json:"params,omitempty"`     // of the body, in order
	Components json.RawMessage `json:"components,omitempty"` // in the provider's own form; instead of Params
}

// AddressCard is what an address book says of a person or a firm.
type AddressCard struct {
	Name   string   `json:"name,omitempty"`
	Firm   string   `json:"firm,omitempty"`
	Phones []string `json:"phones,omitempty"`
	Emails []string `json:"emails,omitempty"`
	VCard  string   `json:"vcard,omitempty"`
}

// The types of content, as in the "type" field.
const (
	TypeText      ContentType = "text"
	TypeMedia     ContentType = "media"
	TypeAlbum     ContentType = "album"
	TypeLocation  ContentType = "location"
	TypeContacts  ContentType = "contacts"
	TypeChoices   ContentType = "choices"
	TypeList      ContentType = "list"
	TypeCards     ContentType = "cards"
	TypeTemplate  ContentType = "template"
	TypeSelection ContentType = "selection"
	TypeReaction  ContentType = "reaction"
	TypeOrder     ContentType = "order"
	TypeEdited    ContentType = "edited"
	TypeDeleted   ContentType = "deleted"

	TypeUnsupported ContentType = "unsupported"
)

// Type implements Content.
func (Text) Type() ContentType     { return TypeText }
func (Media) Type() ContentType    { return TypeMedia }
func (Album) Type() ContentType    { return TypeAlbum }
func (Location) Type() ContentType { return TypeLocation }
func (Contacts) Type() ContentType { return TypeContacts }
func (Choices) Type() ContentType  { return TypeChoices }
func (List) Type() ContentType     { return TypeList }
func (Cards) Type() ContentType    { return TypeCards }
func (Template) Type() ContentType { return TypeTemplate }

// Sendable lists a zero value of every content that may be sent.
func Sendable() []Content {
	return []Content{Text{}, Media{}, Album{}, Location{}, Contacts{}, Choices{}, List{}, Cards{}, Form{}, Template{}}
}

// MarshalContent writes c as a JSON object with its "type" first.
func MarshalContent(c Content) ([]byte, error) {
	if c == nil {
		return []byte("null"), nil
	}
	body, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write content: %w", err)
	}
	head := []byte(`{"type":"` + string(c.Type()) + `"`)
	if !bytes.Equal(body, []byte("{}")) {
		head = append(head, ',')
	}
	return append(head, body[1:]...), nil
}

// UnmarshalContent reads what MarshalContent wrote. A type that is not in the
// set is an error; unknown fields are not.
func UnmarshalContent(data []byte) (Content, error) {
	var head struct {
		Type ContentType `json:"type"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("read content: %w", err)
	}
	c, err := readAs(head.Type, data)
	if err != nil {
		return nil, fmt.Errorf("read content: %w", err)
	}
	return c, nil
}

func readAs(t ContentType, data []byte) (Content, error) {
	switch t {
	case TypeText:
		return read[Text](data)
	case TypeMedia:
		return read[Media](data)
	case TypeAlbum:
		return read[Album](data)
	case TypeLocation:
		return read[Location](data)
	case TypeContacts:
		return read[Contacts](data)
	case TypeChoices:
		return read[Choices](data)
	case TypeList:
		return read[List](data)
	case TypeCards:
		return read[Cards](data)
	case TypeForm:
		return read[Form](data)
	case TypeFormAnswer:
		return read[FormAnswer](data)
	case TypeTemplate:
		return read[Template](data)
	case TypeSelection:
		return read[Selection](data)
	case TypeReaction:
		return read[Reaction](data)
	case TypeOrder:
		return read[Order](data)
	case TypeEdited:
		return readEdited(data)
	case TypeDeleted:
		return read[Deleted](data)
	case TypeUnsupported:
		return read[Unsupported](data)
	case TypeNative:
		return read[Native](data)
	}
	return nil, fmt.Errorf("type %q is not known", t)
}

func read[T Content](data []byte) (Content, error) {
	var v T
	err := json.Unmarshal(data, &v)
	return v, err
}
