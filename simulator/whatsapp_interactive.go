package simulator

import "strings"

// checkInteractive checks an interactive message (Cloud API, Interactive
// messages).
func (n *Number) checkInteractive(in *waInteractive) *graphError {
	if in == nil {
		return missing("interactive")
	}
	if in.Action == nil {
		return missing("interactive['action']")
	}
	if e := n.checkFrame(in); e != nil {
		return e
	}
	switch in.Type {
	case "button":
		return checkButtons(in.Action.Buttons)
	case "list":
		return checkList(in.Action)
	case "cta_url":
		return checkLink(in.Action)
	case "flow":
		return checkFlow(in.Action)
	case "carousel":
		return n.checkCarousel(in)
	case "location_request_message":
		return named(in.Action, "send_location")
	case "request_contact_info", "address_message", "catalog_message", "voice_call":
		return named(in.Action, in.Type)
	case "product":
		if in.Action.CatalogID == "" || in.Action.ProductID == "" {
			return missing("interactive['action']['catalog_id']")
		}
		return nil
	case "product_list":
		return checkProducts(in.Action)
	}
	return invalid("interactive type %q is not supported", in.Type)
}

func named(a *waAction, name string) *graphError {
	if a.Name != name {
		return invalid("interactive action name must be %q", name)
	}
	return nil
}

// checkFrame checks header, body and footer.
func (n *Number) checkFrame(in *waInteractive) *graphError {
	longest := waMaxBody
	if in.Type == "list" {
		longest = waMaxListBody
	}
	if e := checkPart("body", in.Body, longest); e != nil {
		return e
	}
	if in.Body == nil && in.Type != "product" {
		return missing("interactive['body']")
	}
	if e := checkPart("footer", in.Footer, waMaxFooter); e != nil {
		return e
	}
	bare := in.Type == "carousel" || in.Type == "location_request_message" || in.Type == "address_message"
	if bare && (in.Header != nil || in.Footer != nil) || in.Type == "product" && in.Header != nil {
		return invalid("interactive %s has no header or footer", in.Type)
	}
	return n.checkHeader(in.Type, in.Header)
}

func checkPart(name string, p *waPart, longest int) *graphError {
	switch {
	case p == nil:
		return nil
	case strings.TrimSpace(p.Text) == "":
		return schema("The parameter interactive['%s']['text'] is required.", name)
	case units(p.Text) > longest:
		return invalid("interactive %s is longer than %d characters", name, longest)
	}
	return nil
}

// checkHeader: a list's and a product list's header is text.
func (n *Number) checkHeader(kind string, h *waHeader) *graphError {
	if h == nil {
		if kind == "product_list" {
			return missing("interactive['header']")
		}
		return nil
	}
	switch h.Type {
	case "text":
		if h.Text == "" || units(h.Text) > waMaxHeader {
			return invalid("interactive header text must have 1 to %d characters", waMaxHeader)
		}
		return nil
	case "image", "video", "document":
		if kind == "list" || kind == "product_list" {
			return invalid("interactive %s header must be text", kind)
		}
		return n.checkMedia(h.Type, h.media())
	}
	return invalid("interactive header type %q is not supported", h.Type)
}

// checkButtons: 1 to 3 reply buttons with unique titles and ids.
func checkButtons(list []waButton) *graphError {
	if len(list) < 1 || len(list) > waMaxButtons {
		return invalid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: %d", waMaxButtons)
	}
	titles, ids := map[string]bool{}, map[string]bool{}
	for _, b := range list {
		if b.Type != "reply" || b.Reply == nil {
			return invalid("button type must be reply")
		}
		if e := checkReply(b.Reply); e != nil {
			return e
		}
		if titles[b.Reply.Title] || ids[b.Reply.ID] {
			return invalid("Duplicated button title or id %q", b.Reply.Title)
		}
		titles[b.Reply.Title], ids[b.Reply.ID] = true, true
	}
	return nil
}

func checkReply(r *waReply) *graphError {
	switch {
	case strings.TrimSpace(r.Title) == "" || units(r.Title) > waMaxTitle:
		return invalid("Button title length invalid. Min length: 1, Max length: %d", waMaxTitle)
	case r.ID == "" || units(r.ID) > waMaxButtonID:
		return invalid("Button id length invalid. Min length: 1, Max length: %d", waMaxButtonID)
	case strings.TrimSpace(r.ID) != r.ID:
		return invalid("Button id must not begin or end with a space")
	}
	return nil
}

// checkList: at most 10 rows over all sections.
func checkList(a *waAction) *graphError {
	if strings.TrimSpace(a.Button) == "" || units(a.Button) > waMaxTitle {
		return invalid("list button must have 1 to %d characters", waMaxTitle)
	}
	if len(a.Sections) < 1 || len(a.Sections) > waMaxSections {
		return invalid("list must have 1 to %d sections", waMaxSections)
	}
	rows, ids := 0, map[string]bool{}
	for _, s := range a.Sections {
		if units(s.Title) > waMaxRowTitle || s.Title == "" && len(a.Sections) > 1 {
			return invalid("section title must have 1 to %d characters where there are several sections", waMaxRowTitle)
		}
		if len(s.Rows) == 0 {
			return invalid("a section must have rows")
		}
		for _, r := range s.Rows {
			if e := checkRow(r); e != nil {
				return e
			}
			if ids[r.ID] {
				return invalid("Duplicated row id %q", r.ID)
			}
			ids[r.ID] = true
			rows++
		}
	}
	if rows > waMaxRows {
		return invalid("Total row count exceed max allowed count: %d", waMaxRows)
	}
	return nil
}

func checkRow(r waRow) *graphError {
	switch {
	case r.ID == "" || units(r.ID) > waMaxRowID:
		return invalid("row id must have 1 to %d characters", waMaxRowID)
	case strings.TrimSpace(r.Title) == "" || units(r.Title) > waMaxRowTitle:
		return invalid("Row title is too long. Max length is %d", waMaxRowTitle)
	case units(r.Description) > waMaxDescription:
		return invalid("Row description is too long. Max length is %d", waMaxDescription)
	}
	return nil
}

func checkLink(a *waAction) *graphError {
	p := a.Parameters
	if a.Name != "cta_url" {
		return invalid("interactive action name must be \"cta_url\"")
	}
	if p.DisplayText == "" || units(p.DisplayText) > waMaxTitle {
		return invalid("display_text must have 1 to %d characters", waMaxTitle)
	}
	if !webURL(p.URL) {
		return invalid("cta_url url is not a valid http(s) URL")
	}
	return nil
}

func checkFlow(a *waAction) *graphError {
	p := a.Parameters
	if a.Name != "flow" || p.FlowCTA == "" || (p.FlowID == "") == (p.FlowName == "") {
		return invalid("a flow needs flow_cta and exactly one of flow_id and flow_name")
	}
	return nil
}

func checkProducts(a *waAction) *graphError {
	products := 0
	for _, s := range a.Sections {
		products += len(s.Products)
	}
	if a.CatalogID == "" || products < 1 || products > 30 || len(a.Sections) > waMaxSections {
		return invalid("a product list has a catalog, 1 to 30 products and at most %d sections", waMaxSections)
	}
	return nil
}

// checkCarousel: 2 to 10 cards, alike in header, kind and number of buttons.
func (n *Number) checkCarousel(in *waInteractive) *graphError {
	cards := in.Action.Cards
	if len(cards) < 2 || len(cards) > 10 {
		return invalid("a carousel must have 2 to 10 cards")
	}
	for i, c := range cards {
		switch {
		case c.Index == nil || *c.Index != i:
			return invalid("card_index must count from 0")
		case c.Action == nil:
			return missing("cards['action']")
		case c.Type != cards[0].Type || c.Header != nil && cards[0].Header != nil && c.Header.Type != cards[0].Header.Type:
			return invalid("all cards must have the same type and header")
		case len(c.Action.Buttons) != len(cards[0].Action.Buttons):
			return invalid("all cards must have the same number of buttons")
		case c.Body != nil && (units(c.Body.Text) > waMaxCardBody || strings.Count(c.Body.Text, "\n") > 2):
			return invalid("card body is longer than %d characters or has more than 2 line breaks", waMaxCardBody)
		}
		if c.Type == "product" {
			continue
		}
		if c.Type != "cta_url" || c.Header.media() == nil {
			return invalid("a card is of type cta_url with an image or video header, or product")
		}
		if e := n.checkHeader("carousel card", c.Header); e != nil {
			return e
		}
		if len(c.Action.Buttons) == 0 {
			if e := checkLink(c.Action); e != nil {
				return e
			}
		}
		for _, b := range c.Action.Buttons {
			if b.Type != "quick_reply" || b.Quick == nil {
				return invalid("card button type must be quick_reply")
			}
			if e := checkReply(b.Quick); e != nil {
				return e
			}
		}
	}
	return nil
}
