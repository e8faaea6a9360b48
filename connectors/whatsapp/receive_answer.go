package whatsapp

import (
	"encoding/json"
	"strconv"

	"causeway/connectors/kit"
	"causeway/core"
)

// interactive is a tap or an answer to something that we sent.
type interactive struct {
	Type        string `json:"type"`
	ButtonReply *pick  `json:"button_reply"`
	ListReply   *pick  `json:"list_reply"`
	NFMReply    *struct {
		Name         string `json:"name"`
		Body         string `json:"body"`
		ResponseJSON string `json:"response_json"`
	} `json:"nfm_reply"`
	CallPermissionReply *struct {
		Response string `json:"response"`
	} `json:"call_permission_reply"`
}

type pick struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// readInteractive gives taps as selections. What a form, an address or a
// question for a call was answered stands whole in the metadata, under its name.
func readInteractive(raw json.RawMessage) (core.Content, core.Metadata, error) {
	i, err := read[interactive](raw)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case i.ButtonReply != nil:
		return core.Selection{Token: i.ButtonReply.ID, Title: i.ButtonReply.Title}, nil, nil
	case i.ListReply != nil:
		return core.Selection{Token: i.ListReply.ID, Title: i.ListReply.Title}, nil, nil
	}
	var p parts
	if err := kit.Part(raw, &p); err != nil {
		return nil, nil, err
	}
	switch {
	case i.NFMReply != nil:
		c := core.Unsupported{What: i.NFMReply.Name, Text: i.NFMReply.Body}
		if c.What == "" {
			c.What = "nfm_reply"
		}
		return c, core.Metadata{"nfm_reply": object{"name": i.NFMReply.Name, "response": formAnswer(i.NFMReply.ResponseJSON)}}, nil
	case i.CallPermissionReply != nil:
		return core.Unsupported{What: "call_permission_reply", Text: i.CallPermissionReply.Response},
			core.Metadata{"call_permission_reply": kit.Object(p["call_permission_reply"])}, nil
	case i.Type == "":
		return nil, nil, kit.ErrMissing
	}
	extra := core.Metadata{"interactive": kit.Object(raw)}
	return core.Unsupported{What: i.Type, Text: wordsOf(p[i.Type])}, extra, nil
}

// formAnswer is JSON in a string, and sometimes just a string.
func formAnswer(s string) any {
	var v any
	if kit.Part([]byte(s), &v) != nil {
		return s
	}
	return v
}

func readButton(raw json.RawMessage) (core.Content, core.Metadata, error) {
	b, err := read[struct {
		Payload string `json:"payload"`
		Text    string `json:"text"`
	}](raw)
	if err != nil {
		return nil, nil, err
	}
	return core.Selection{Token: b.Payload, Title: b.Text}, nil, nil
}

func readOrder(raw json.RawMessage) (core.Content, core.Metadata, error) {
	o, err := read[struct {
		Catalog loose  `json:"catalog_id"`
		Text    string `json:"text"`
		Items   []struct {
			Product  loose  `json:"product_retailer_id"`
			Quantity loose  `json:"quantity"`
			Price    loose  `json:"item_price"`
			Currency string `json:"currency"`
		} `json:"product_items"`
	}](raw)
	if err != nil {
		return nil, nil, err
	}
	c := core.Order{Catalog: string(o.Catalog), Note: o.Text, Items: make([]core.OrderItem, 0, len(o.Items))}
	for _, i := range o.Items {
		quantity, err := strconv.ParseFloat(string(i.Quantity), 64)
		if err != nil {
			return nil, nil, kit.ErrMissing
		}
		c.Items = append(c.Items, core.OrderItem{
			Product: string(i.Product), Quantity: int(quantity), Price: string(i.Price), Currency: i.Currency,
		})
	}
	return c, nil, nil
}

// readEdit reads the new wording as a message of its own. Only numbers that are
// also in use in the phone app report edits.
func readEdit(raw json.RawMessage) (core.Content, core.Metadata, error) {
	e, err := read[struct {
		Of      loose `json:"original_message_id"`
		Message parts `json:"message"`
	}](raw)
	if err != nil {
		return nil, nil, err
	}
	kind, err := read[string](e.Message["type"])
	if err != nil || e.Of == "" {
		return nil, nil, kit.ErrMissing
	}
	if kind == "edit" || kind == "revoke" {
		return core.Unsupported{What: kind}, nil, nil
	}
	words, extra, err := understand(kind, e.Message, nil)
	if err != nil {
		return nil, nil, err
	}
	return core.Edited{Of: core.ProviderID(e.Of), New: words}, extra, nil
}

func readRevoke(raw json.RawMessage) (core.Content, core.Metadata, error) {
	r, err := read[struct {
		Of loose `json:"original_message_id"`
	}](raw)
	if err != nil {
		return nil, nil, err
	}
	if r.Of == "" {
		return nil, nil, kit.ErrMissing
	}
	return core.Deleted{Of: core.ProviderID(r.Of)}, nil, nil
}
