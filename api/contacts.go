package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
)

func (b *border) contactRoutes() {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"contacts"}}
	}
	register(b, op("read-contact", http.MethodGet, "/contacts/{id}", "Read a contact"), byStaff, b.readContact)
	register(b, op("change-contact", http.MethodPatch, "/contacts/{id}", "Change what is known of a contact"), byStaff, b.changeContact)
	register(b, op("merge-contacts", http.MethodPost, "/contacts/{id}/merge", "Make another contact one with this one"), byAdmin, b.mergeContacts)
	register(b, op("list-feedback", http.MethodGet, "/conversations/{id}/feedback", "List how the contact rated the conversation, the newest first"), byStaff, b.listFeedback)
}

// ContactRef is exported because huma sets its field.
type ContactRef struct {
	ID core.ContactID `path:"id" minimum:"1"`
}

func (b *border) readContact(ctx context.Context, in *ContactRef) (*answer[core.Contact], error) {
	c, err := b.Store.Contact(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[core.Contact]{c}, nil
}

type contactChange struct {
	ContactRef
	Body struct {
		Email     *string       `json:"email,omitempty" maxLength:"300"`
		Name      *string       `json:"displayName,omitempty" maxLength:"200"`
		ImageLink *string       `json:"imageLink,omitempty" maxLength:"2000"`
		Phone     *string       `json:"phoneNumber,omitempty" maxLength:"50"`
		Metadata  core.Metadata `json:"metadata,omitempty" doc:"Merged (RFC 7396): null deletes."`
	} `nameHint:"ContactChange"`
}

func (b *border) changeContact(ctx context.Context, in *contactChange) (*answer[core.Contact], error) {
	w := in.Body
	c, err := b.Store.PatchContact(ctx, in.ID, core.ContactPatch{Email: w.Email, Name: w.Name, ImageLink: w.ImageLink, Phone: w.Phone, Metadata: w.Metadata})
	if err != nil {
		return nil, err
	}
	return &answer[core.Contact]{c}, nil
}

type mergeInput struct {
	ContactRef
	Body struct {
		From core.ContactID `json:"from" minimum:"1" doc:"The contact that ends; its conversations go to the other."`
	} `nameHint:"ContactMerge"`
}

func (b *border) mergeContacts(ctx context.Context, in *mergeInput) (*answer[core.Contact], error) {
	if in.Body.From == in.ID {
		return nil, invalid("a contact is one with itself already")
	}
	c, err := b.Store.Merge(ctx, in.ID, in.Body.From)
	if err != nil {
		return nil, err
	}
	return &answer[core.Contact]{c}, nil
}

func (b *border) listFeedback(ctx context.Context, in *Single) (*answer[page[core.Feedback]], error) {
	if _, err := b.visible(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := b.Store.Feedback(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[page[core.Feedback]]{page[core.Feedback]{Items: orEmpty(all)}}, nil
}
