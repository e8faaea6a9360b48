package api

import (
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
)

// words are the closed sets that answers are written in, by schema and property:
// the document tells all of each. What a request may say stands at its own types.
func words() map[string]map[string][]any {
	return map[string]map[string][]any{
		"Assignment":   {"cause": oneOf(core.CauseNew, core.CauseReopened, core.CauseHandOff, core.CauseBotFails, core.CauseAsked, core.CauseQueue, core.CauseAway, core.CauseGone)},
		"Conversation": {"status": oneOf(core.Open, core.Waiting, core.Resolved, core.Spam)},
		"Fault":        {"kind": oneOf(core.Temporary, core.RateLimited, core.Permanent, core.WindowClosed, core.ChannelBroken, core.Ambiguous)},
		"ItemFate":     {"fate": oneOf(core.FateMessage, core.FateDuplicate, core.FateStatus, core.FateIgnored, core.FateQuarantined)},
		"Message": {
			"direction": oneOf(core.In, core.Out),
			"status":    oneOf(core.Received, core.Queued, core.Sending, core.Sent, core.Delivered, core.Read, core.Failed, core.Unknown, core.Held, core.Suppressed),
		},
		"Note":    {"severity": oneOf(core.Same, core.Degraded, core.Lost)},
		"Owner":   {"type": oneOf(core.Nobody, core.BotOwner, core.AgentType, core.TeamOwner)},
		"Problem": {"code": oneOf(slices.Sorted(maps.Keys(codes))...)},
		"Sender":  {"type": oneOf(core.FromContact, core.FromBot, core.FromAgent, core.FromSystem)},
	}
}

func oneOf[T ~string](all ...T) []any {
	list := make([]any, len(all))
	for i, one := range all {
		list[i] = string(one)
	}
	return list
}

// tellWords writes the closed sets into the document.
func tellWords(schemas map[string]*huma.Schema) {
	for name, properties := range words() {
		for property, all := range properties {
			if s := schemas[name]; s != nil && s.Properties[property] != nil {
				s.Properties[property].Enum = all
			}
		}
	}
}
