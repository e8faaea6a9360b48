package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
)

func (b *border) channelRoutes() {
	register(b, huma.Operation{
		OperationID: "list-channels", Method: http.MethodGet, Path: "/channels", Tags: []string{"channels"},
		Summary: "List the channels, how each stands with its provider, and what it can show",
	}, byStaff, b.listChannels)
	register(b, huma.Operation{
		OperationID: "list-deliveries", Method: http.MethodGet, Path: "/deliveries", Tags: []string{"channels"},
		Summary: "Read the ledger: every webhook call and the fate of each item in it, the newest first",
	}, byAdmin, b.listDeliveries)
}

type channelView struct {
	ID           core.ChannelID   `json:"id"`
	Kind         string           `json:"kind"`
	Title        string           `json:"title"`
	Webhook      string           `json:"webhook" doc:"The address for the provider's webhooks."`
	Health       healthView       `json:"health"`
	Capabilities capabilitiesView `json:"capabilities"`
}

// healthView is the worst of what holds of a channel, and all that does.
type healthView struct {
	Status  core.Health          `json:"status" enum:"ok,warned,broken" doc:"The worst of what was reported and holds still: warned wants something done, broken sends nothing."`
	Reports []core.ChannelHealth `json:"reports" doc:"What the provider last said of each matter (account, restriction, violation, quality, limit), and sends, if they wait."`
}

func healthOf(id core.ChannelID, all []core.ChannelHealth) healthView {
	v := healthView{Status: core.Healthy, Reports: []core.ChannelHealth{}}
	for _, h := range all {
		if h.Channel != id {
			continue
		}
		v.Reports = append(v.Reports, h)
		if h.Health.Worse(v.Status) {
			v.Status = h.Health
		}
	}
	return v
}

// capabilitiesView writes times in seconds.
type capabilitiesView struct {
	core.Capabilities
	Window   float64 `json:"window" doc:"Seconds for which a contact's message allows free answers; 0 for ever."`
	Evidence float64 `json:"evidence" doc:"Seconds to wait for a report before an unknown call is made again."`
}

func (b *border) listChannels(ctx context.Context, in *Paging) (*answer[page[channelView]], error) {
	channels, err := pageAt(b.Directory().Channels, *in)
	if err != nil {
		return nil, err
	}
	health, err := b.Store.Health(ctx)
	if err != nil {
		return nil, err
	}
	views := make([]channelView, len(channels.Items))
	for i, c := range channels.Items {
		if c.Capabilities.Media == nil {
			c.Capabilities.Media = map[core.MediaType]core.Medium{}
		}
		views[i] = channelView{
			ID: c.ID, Kind: c.Kind, Title: c.Title, Webhook: b.PublicURL + "/webhooks/" + string(c.ID), Health: healthOf(c.ID, health),
			Capabilities: capabilitiesView{c.Capabilities, c.Capabilities.Window.Seconds(), c.Capabilities.Evidence.Seconds()},
		}
	}
	return &answer[page[channelView]]{page[channelView]{views, channels.Next}}, nil
}

type deliveryFilter struct {
	Paging
	Channel core.ChannelID `query:"channel" maxLength:"100"`
}

func (b *border) listDeliveries(ctx context.Context, in *deliveryFilter) (*answer[page[core.DeliveryRecord]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := b.Store.Deliveries(ctx, in.Channel, before, in.Limit)
	if err != nil {
		return nil, err
	}
	for i := range found {
		found[i].Items = orEmpty(found[i].Items)
	}
	return &answer[page[core.DeliveryRecord]]{pageOf(found, in.Limit, func(d core.DeliveryRecord) int64 { return d.ID })}, nil
}
