package simulator

import "encoding/json"

// waRequest is the body of a call to /messages (Cloud API, Messages).
type waRequest struct {
	Product       string         `json:"messaging_product"`
	RecipientType string         `json:"recipient_type"`
	To            string         `json:"to"`
	Recipient     string         `json:"recipient"`
	Type          string         `json:"type"`
	Status        string         `json:"status"`
	MessageID     string         `json:"message_id"`
	Typing        *waTyping      `json:"typing_indicator"`
	Context       *waContext     `json:"context"`
	Callback      string         `json:"biz_opaque_callback_data"`
	Text          *waText        `json:"text"`
	Image         *waMedia       `json:"image"`
	Video         *waMedia       `json:"video"`
	Audio         *waMedia       `json:"audio"`
	Document      *waMedia       `json:"document"`
	Sticker       *waMedia       `json:"sticker"`
	Location      *waLocation    `json:"location"`
	Contacts      []waContact    `json:"contacts"`
	Reaction      *waReaction    `json:"reaction"`
	Interactive   *waInteractive `json:"interactive"`
	Template      *waTemplate    `json:"template"`
}

type waTyping struct {
	Type string `json:"type"`
}

type waContext struct {
	MessageID string `json:"message_id"`
}

type waText struct {
	Body    string `json:"body"`
	Preview bool   `json:"preview_url"`
}

type waMedia struct {
	ID       string `json:"id"`
	Link     string `json:"link"`
	Caption  string `json:"caption"`
	Filename string `json:"filename"`
	Voice    bool   `json:"voice"`
}

// waLocation has numbers or strings; both work.
type waLocation struct {
	Latitude  json.RawMessage `json:"latitude"`
	Longitude json.RawMessage `json:"longitude"`
	Name      string          `json:"name"`
	Address   string          `json:"address"`
}

type waContact struct {
	Name *struct {
		Formatted string `json:"formatted_name"`
		First     string `json:"first_name"`
		Last      string `json:"last_name"`
		Middle    string `json:"middle_name"`
		Prefix    string `json:"prefix"`
		Suffix    string `json:"suffix"`
	} `json:"name"`
}

type waReaction struct {
	MessageID string  `json:"message_id"`
	Emoji     *string `json:"emoji"`
}

type waInteractive struct {
	Type   string    `json:"type"`
	Header *waHeader `json:"header"`
	Body   *waPart   `json:"body"`
	Footer *waPart   `json:"footer"`
	Action *waAction `json:"action"`
}

type waPart struct {
	Text string `json:"text"`
}

type waHeader struct {
	Type     string   `json:"type"`
	Text     string   `json:"text"`
	Image    *waMedia `json:"image"`
	Video    *waMedia `json:"video"`
	Document *waMedia `json:"document"`
}

type waAction struct {
	Name       string       `json:"name"`
	Button     string       `json:"button"`
	Buttons    []waButton   `json:"buttons"`
	Sections   []waSection  `json:"sections"`
	Parameters waParameters `json:"parameters"`
	Cards      []waCard     `json:"cards"`
	CatalogID  string       `json:"catalog_id"`
	ProductID  string       `json:"product_retailer_id"`
}

type waButton struct {
	Type  string   `json:"type"`
	Reply *waReply `json:"reply"`
	Quick *waReply `json:"quick_reply"`
}

type waReply struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type waSection struct {
	Title    string            `json:"title"`
	Rows     []waRow           `json:"rows"`
	Products []json.RawMessage `json:"product_items"`
}

type waRow struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

type waParameters struct {
	DisplayText string `json:"display_text"`
	URL         string `json:"url"`
	FlowID      string `json:"flow_id"`
	FlowName    string `json:"flow_name"`
	FlowCTA     string `json:"flow_cta"`
	FlowToken   string `json:"flow_token"`
}

type waCard struct {
	Index  *int      `json:"card_index"`
	Type   string    `json:"type"`
	Header *waHeader `json:"header"`
	Body   *waPart   `json:"body"`
	Action *waAction `json:"action"`
}

type waTemplate struct {
	Name     string `json:"name"`
	Language struct {
		Code string `json:"code"`
	} `json:"language"`
	Components []waComponent `json:"components"`
}

type waComponent struct {
	Type       string          `json:"type"`
	SubType    string          `json:"sub_type"`
	Index      json.RawMessage `json:"index"`
	Parameters []waParameter   `json:"parameters"`
}

type waParameter struct {
	Type     string      `json:"type"`
	Name     string      `json:"parameter_name"`
	Text     string      `json:"text"`
	Payload  string      `json:"payload"`
	Image    *waMedia    `json:"image"`
	Video    *waMedia    `json:"video"`
	Document *waMedia    `json:"document"`
	Currency *waFallback `json:"currency"`
	DateTime *waFallback `json:"date_time"`
	Location *waLocation `json:"location"`
}

type waFallback struct {
	Value string `json:"fallback_value"`
}

// media is the media object that the type names; nil for other types.
func (q *waRequest) media() *waMedia {
	return map[string]*waMedia{"image": q.Image, "video": q.Video, "audio": q.Audio, "document": q.Document, "sticker": q.Sticker}[q.Type]
}

// media is the header's file, nil if it has none.
func (h *waHeader) media() *waMedia {
	if h == nil {
		return nil
	}
	return map[string]*waMedia{"image": h.Image, "video": h.Video, "document": h.Document}[h.Type]
}
