package whatsapp

import "encoding/json"

// message is the body of a native call: Meta's page "Messages API". Exactly one
// member is set besides the common ones, the one that Type names.
type message struct {
	Product       string        `json:"messaging_product"`
	RecipientType string        `json:"recipient_type"`
	To            string        `json:"to,omitempty"`
	Recipient     string        `json:"recipient,omitempty"` // a business-scoped user id, instead of To
	Context       *quote        `json:"context,omitempty"`
	Ref           string        `json:"biz_opaque_callback_data,omitempty"`
	Type          string        `json:"type"`
	Text          *text         `json:"text,omitempty"`
	Image         *file         `json:"image,omitempty"`
	Video         *file         `json:"video,omitempty"`
	Audio         *file         `json:"audio,omitempty"`
	Document      *file         `json:"document,omitempty"`
	Sticker       *file         `json:"sticker,omitempty"`
	Location      *location     `json:"location,omitempty"`
	Contacts      []addressCard `json:"contacts,omitempty"`
	Reaction      *reaction     `json:"reaction,omitempty"`
	Interactive   *choice       `json:"interactive,omitempty"`
	Template      *template     `json:"template,omitempty"`
}

// reaction with an empty emoji takes it back. It quotes nothing.
type reaction struct {
	MessageID string `json:"message_id"`
	Emoji     string `json:"emoji"`
}

type quote struct {
	MessageID string `json:"message_id"`
}

type text struct {
	Body       string `json:"body"`
	PreviewURL bool   `json:"preview_url,omitempty"`
}

// file is fetched by Meta from Link, or was given to it and is named by ID.
// Voice shows an audio file as a voice note.
type file struct {
	ID       string `json:"id,omitempty"`
	Link     string `json:"link,omitempty"`
	Caption  string `json:"caption,omitempty"`
	Filename string `json:"filename,omitempty"`
	Voice    bool   `json:"voice,omitempty"`
	mime     string // as the author says, for an upload
}

// location has its numbers as strings, as Meta's reference has them.
type location struct {
	Latitude  string `json:"latitude"`
	Longitude string `json:"longitude"`
	Name      string `json:"name,omitempty"`
	Address   string `json:"address,omitempty"`
}

type addressCard struct {
	Name   cardName    `json:"name"`
	Org    *cardOrg    `json:"org,omitempty"`
	Phones []cardPhone `json:"phones,omitempty"`
	Emails []cardEmail `json:"emails,omitempty"`
}

// cardName needs one part of the name besides the whole.
type cardName struct {
	Formatted string `json:"formatted_name"`
	First     string `json:"first_name"`
}

type cardOrg struct {
	Company string `json:"company"`
}

type cardPhone struct {
	Phone string `json:"phone"`
}

type cardEmail struct {
	Email string `json:"email"`
}

// choice is an interactive message of type button, list, cta_url or carousel.
type choice struct {
	Type   string  `json:"type"`
	Header *header `json:"header,omitempty"`
	Body   words   `json:"body"`
	Footer *words  `json:"footer,omitempty"`
	Action action  `json:"action"`
}

type words struct {
	Text string `json:"text"`
}

type header struct {
	Type     string `json:"type"`
	Text     string `json:"text,omitempty"`
	Image    *file  `json:"image,omitempty"`
	Video    *file  `json:"video,omitempty"`
	Document *file  `json:"document,omitempty"`
}

// action is Buttons; or Button and Sections, a list; or Name and Parameters, a
// link; or Cards, a carousel.
type action struct {
	Buttons    []button  `json:"buttons,omitempty"`
	Button     string    `json:"button,omitempty"`
	Sections   []section `json:"sections,omitempty"`
	Name       string    `json:"name,omitempty"`
	Parameters *link     `json:"parameters,omitempty"`
	Cards      []slide   `json:"cards,omitempty"`
}

// button is a reply below a message, or a quick reply on a card.
type button struct {
	Type  string `json:"type"`
	Reply *row   `json:"reply,omitempty"`
	Quick *row   `json:"quick_reply,omitempty"`
}

// slide is one of a carousel; its type is that of a link with quick replies, too.
type slide struct {
	Index  int     `json:"card_index"`
	Type   string  `json:"type"`
	Header *header `json:"header"`
	Body   *words  `json:"body,omitempty"`
	Action action  `json:"action"`
}

type section struct {
	Title string `json:"title,omitempty"`
	Rows  []row  `json:"rows"`
}

type row struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

type link struct {
	DisplayText string `json:"display_text"`
	URL         string `json:"url"`
}

// template has Components in Meta's own form: page "Send template messages".
type template struct {
	Name       string          `json:"name"`
	Language   language        `json:"language"`
	Components json.RawMessage `json:"components,omitempty"`
}

type language struct {
	Code string `json:"code"`
}

type component struct {
	Type       string      `json:"type"`
	Parameters []parameter `json:"parameters"`
}

type parameter struct {
	Type string `json:"type"`
	Text string `json:"text"`
}
