package kommunicate

import (
	"html"
	"strings"

	"causeway/core"
)

// templates read the payload of each template that can be shown, by its id. A
// reader gives nil for a payload that it can make nothing of. 1, 2, 4 and 5 were
// never documented.
var templates = map[string]func(*reader, rich) core.Content{
	"3":  (*reader).buttons,
	"6":  (*reader).replies,
	"7":  (*reader).menu,
	"8":  (*reader).dialog,
	"9":  (*reader).images,
	"10": (*reader).cards,
	"11": (*reader).buttons,
	"12": (*reader).form,
	"13": (*reader).buttons,
	"14": (*reader).videos,
}

// buttons reads templates 3, 11 and 13: "Buttons", "Generic buttons".
func (r *reader) buttons(m rich) core.Content { return r.choices(m, m.payload, "") }

// replies reads template 6: "Suggested replies".
func (r *reader) replies(m rich) core.Content { return r.choices(m, m.payload, core.Reply) }

func (r *reader) choices(m rich, payload any, usual core.ButtonType) core.Content {
	var taps []core.Button
	for _, item := range r.items(payload, "title") {
		if b, ok := r.button(item, m.meta, usual); ok {
			taps = append(taps, b)
		}
	}
	if len(taps) == 0 {
		return nil
	}
	return core.Choices{Body: m.text, Format: m.format, Buttons: taps}
}

// menu reads template 7: "List".
func (r *reader) menu(m rich) core.Content {
	p := one(m.payload)
	list := core.List{
		Image:  r.picture(p.text("headerImgSrc")),
		Header: p.text("headerText"),
		Body:   m.text,
		Format: m.format,
	}
	for _, item := range r.items(p["elements"], "title") {
		b, ok := r.button(item, nil, "")
		if !ok {
			continue
		}
		if article := item.text("articleId"); article != "" {
			b.Metadata = withArticle(b.Metadata, article, item.text("source"))
		}
		row := core.ListItem{Image: r.picture(item.text("imgSrc")), Button: b}
		if strings.ContainsAny(b.Description, "<&") { // it is HTML
			row.Format = core.HTML
		}
		list.Items = append(list.Items, row)
	}
	for _, item := range r.items(p["buttons"], "name") {
		if b, ok := r.button(item, nil, ""); ok {
			list.Buttons = append(list.Buttons, b)
		}
	}
	if len(list.Items) == 0 {
		return listless(list, m)
	}
	return list
}

// listless is a list without items: its buttons, or its picture and header.
func listless(l core.List, m rich) core.Content {
	image := core.Media{Media: core.Image, URL: l.Image}
	if len(l.Buttons) > 0 {
		c := core.Choices{Header: l.Header, Body: m.text, Format: m.format, Buttons: l.Buttons}
		if l.Image != "" {
			c.Media = &image
		}
		return c
	}
	text, format := join(l.Header, core.Plain, m.text, m.format)
	switch {
	case l.Image != "":
		image.Caption, image.Format = text, format
		return image
	case l.Header != "":
		return core.Text{Body: text, Format: format}
	}
	return nil
}

// withArticle adds what the widget sends along with a help-centre item.
func withArticle(m core.Metadata, article, source string) core.Metadata {
	out := object(m).without()
	if out == nil {
		out = core.Metadata{}
	}
	out["KM_FAQ_ID"] = article
	if source != "" {
		out["source"] = source
	}
	return out
}

// dialog reads template 8: an answer from the help centre. Its buttons keep the
// bot silent unless they say otherwise.
func (r *reader) dialog(m rich) core.Content {
	p := one(m.payload)
	body, format := join(m.text, m.format, p.text("description"), core.HTML)
	c := core.Choices{Header: p.text("title"), Body: body, Format: format, Footer: p.text("buttonLabel")}
	for _, item := range r.items(p["buttons"], "name") {
		b, ok := r.button(item, nil, core.Reply)
		if !ok {
			continue
		}
		if _, told := b.Metadata["skipBot"]; !told && b.Type == core.Reply {
			b.Metadata = object(b.Metadata).with("skipBot", true)
		}
		c.Buttons = append(c.Buttons, b)
	}
	switch {
	case len(c.Buttons) > 0:
		return c
	case c.Header == "" && c.Body == "":
		return nil
	}
	text, format := join(c.Header, core.Plain, c.Body, c.Format)
	text, format = join(text, format, c.Footer, core.Plain)
	return core.Text{Body: text, Format: format}
}

// cards reads template 10: "Card" and "Card carousel".
func (r *reader) cards(m rich) core.Content {
	c := core.Cards{Body: m.text, Format: m.format}
	for _, item := range r.items(m.payload, "title") {
		header := item.object("header")
		if header == nil {
			header = object{"imgSrc": item["header"]} // the picture alone
		}
		card := core.Card{
			Image: r.picture(header.text("imgSrc")), Overlay: header.text("overlayText"),
			Title: item.text("title"), Extra: item.text("titleExt"), Subtitle: item.text("subtitle"),
			Description: item.text("description"),
		}
		if address := item.text("url"); address != "" {
			card.URL = r.link(address, address)
		}
		for _, tap := range r.items(item["buttons"], "name") {
			if b, ok := r.button(tap, nil, ""); ok {
				card.Buttons = append(card.Buttons, b)
			}
		}
		if card.Image+card.Overlay+card.Title+card.Extra+card.Subtitle+card.Description+card.URL == "" && len(card.Buttons) == 0 {
			r.note("has an empty card, which was left out: %s", shortly(item))
			continue
		}
		c.Cards = append(c.Cards, card)
	}
	if len(c.Cards) == 0 {
		return nil
	}
	return c
}

// one is the object of a payload, also if it stands alone in an array.
func one(payload any) object {
	switch p := payload.(type) {
	case map[string]any:
		return p
	case []any:
		if len(p) == 1 {
			o, _ := unwrap(p[0]).(map[string]any)
			return o
		}
	}
	return nil
}

// items are the objects of an array, also of a single object; a bare string
// stands for its name.
func (r *reader) items(payload any, name string) []object {
	list, ok := unwrap(payload).([]any)
	if !ok {
		if o := one(unwrap(payload)); o != nil {
			list = []any{map[string]any(o)}
		} else if textOf(payload) != "" {
			r.note("has %.50q where a list is expected, which was left out", textOf(payload))
		}
	}
	var items []object
	for i, v := range list {
		if i == maxItems {
			r.note("has %d items; only the first %d are shown, and not these: %s", len(list), maxItems, shortly(list[maxItems:]))
			break
		}
		switch v := unwrap(v).(type) {
		case map[string]any:
			items = append(items, v)
		case string:
			items = append(items, object{name: v})
		default:
			r.note("has an item that is no object, which was left out: %s", shortly(v))
		}
	}
	return items
}

// with is o as metadata, and one key more.
func (o object) with(key string, value any) core.Metadata {
	out := o.without()
	if out == nil {
		out = core.Metadata{}
	}
	out[key] = value
	return out
}

// join puts two texts under each other. If either is HTML, both become HTML.
func join(above string, format core.Format, below string, belowFormat core.Format) (string, core.Format) {
	switch {
	case below == "":
		return above, format
	case above == "":
		return below, belowFormat
	case format == belowFormat:
		between := "\n"
		if format == core.HTML {
			between = "<br>"
		}
		return above + between + below, format
	case format == core.HTML:
		return above + "<br>" + html.EscapeString(below), core.HTML
	default:
		return html.EscapeString(above) + "<br>" + below, core.HTML
	}
}
