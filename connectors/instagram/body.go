package instagram

// The native calls. What is sent and what is shown goes to one address.
const (
	// opMessages sends a message: Meta's page "Send API".
	opMessages = "messages"
	// opAction shows the contact something, and sends nothing: Meta's page
	// "Sender actions".
	opAction = "sender_action"
	// opUpload is opMessages with a file that Meta cannot fetch, so that Send gives
	// it to Meta first: Meta's page "Attachment Upload API".
	opUpload = "message_attachments+messages"
)

// The actions that are shown at once when a contact wrote. Typing ends with our
// answer, or after some 20 seconds.
const (
	markSeen = "mark_seen"
	typingOn = "typing_on"
)

// senderAction is the body of opAction.
type senderAction struct {
	Recipient recipient `json:"recipient"`
	Action    string    `json:"sender_action"`
}

// The values of messaging_type, and the one tag that is left: Meta's page
// "Message tags". It lets what a person wrote go out for 7 days.
const (
	typeResponse = "RESPONSE"
	typeTagged   = "MESSAGE_TAG"
	humanAgent   = "HUMAN_AGENT"
)

// outgoing is the body of opMessages.
type outgoing struct {
	Recipient recipient `json:"recipient"`
	Type      string    `json:"messaging_type,omitempty"`
	Tag       string    `json:"tag,omitempty"`
	ReplyTo   *quote    `json:"reply_to,omitempty"`
	Message   sent      `json:"message"`
}

type recipient struct {
	ID string `json:"id"`
}

type quote struct {
	MID string `json:"mid"`
}

// sent has words, one attachment or several, and never two of them.
type sent struct {
	Text         string       `json:"text,omitempty"`
	Attachment   *attached    `json:"attachment,omitempty"`
	Attachments  []attached   `json:"attachments,omitempty"`
	QuickReplies []quickReply `json:"quick_replies,omitempty"`
	Metadata     string       `json:"metadata,omitempty"`
}

type quickReply struct {
	Type    string `json:"content_type"`
	Title   string `json:"title"`
	Payload string `json:"payload"`
}

// attached is a file, with its URL or the ID of an upload, or a template: Meta's pages "Generic template"
// and "Button template".
type attached struct {
	Type    string `json:"type"`
	Payload shown  `json:"payload"`
}

type shown struct {
	URL      string    `json:"url,omitempty"`
	ID       string    `json:"attachment_id,omitempty"`
	Template string    `json:"template_type,omitempty"`
	Text     string    `json:"text,omitempty"`
	Elements []element `json:"elements,omitempty"`
	Buttons  []button  `json:"buttons,omitempty"`
}

// element is one card of a generic template.
type element struct {
	Title    string   `json:"title"`
	Subtitle string   `json:"subtitle,omitempty"`
	ImageURL string   `json:"image_url,omitempty"`
	Action   *button  `json:"default_action,omitempty"`
	Buttons  []button `json:"buttons,omitempty"`
}

// button is a link, or a postback with the payload that comes back. The action
// of a whole element is a link without a title.
type button struct {
	Type    string `json:"type"`
	Title   string `json:"title,omitempty"`
	URL     string `json:"url,omitempty"`
	Payload string `json:"payload,omitempty"`
}
