package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// access says who may use a route. A route without any is refused to all.
type access uint8

const (
	byAdmin     access = 1 << iota
	byAgent            // an agent's key
	byBot              // a bot's key; the route looks at each thing it gives
	bySignature        // or an address that we signed, without a key
	byProvider         // the provider's own signature, which the connector checks
	byAnybody

	byStaff  = byAdmin | byAgent
	byAnyKey = byStaff | byBot
)

// roles are the names of the roles that may use the route.
func (a access) roles() []string {
	roles := []string{}
	for _, r := range []struct {
		bit  access
		role Role
	}{{byAdmin, AdminRole}, {byAgent, AgentRole}, {byBot, BotRole}} {
		if a&r.bit != 0 {
			roles = append(roles, string(r.role))
		}
	}
	return roles
}

func (a access) allows(r Role) bool {
	switch r {
	case AdminRole:
		return a&byAdmin != 0
	case AgentRole:
		return a&byAgent != 0
	case BotRole:
		return a&byBot != 0
	}
	return false
}

// security is the route's policy as the document says it. The names of roles in
// a scheme's list are those that it needs one of.
func (a access) security() []map[string][]string {
	all := []map[string][]string{}
	if roles := a.roles(); len(roles) > 0 {
		all = append(all, map[string][]string{"bearer": roles}, map[string][]string{"apiKey": roles})
	}
	if a&bySignature != 0 {
		all = append(all, map[string][]string{"signature": {}})
	}
	return all
}

// guarded lets through who may use the route. It fails closed: a route without a
// policy is refused.
func (b *border) guarded(c *gin.Context) {
	path := c.FullPath()
	if path == "" {
		return // no route: what follows says so
	}
	a := b.policies[c.Request.Method+" "+path]
	if a&(byAnybody|byProvider) != 0 || a&bySignature != 0 && c.Query("sig") != "" {
		return
	}
	key, ok := b.Directory().keyOf(shown(c.Request))
	switch {
	case !ok:
		b.refuse(c, problem(CodeUnauthorized, "send a key as Authorization: Bearer KEY, or as Api-Key: KEY"))
	case !a.allows(key.Role):
		b.refuse(c, problem(CodeForbidden, "a key of role "+string(key.Role)+" may not do this"))
	default:
		c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), callerKey{}, caller{key, shown(c.Request)}))
	}
}

// shown is the key that a request shows, or nothing.
func shown(r *http.Request) string {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(key)
	}
	return r.Header.Get("Api-Key")
}

// caller is who makes a request. Its zero value may do nothing.
type caller struct {
	Key
	shown string
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// stillMay reports whether the key that a long request began with is still
// there and of the same role.
func (b *border) stillMay(c caller) bool {
	k, ok := b.Directory().keyOf(c.shown)
	return ok && k.Role == c.Role && k.Agent == c.Agent && k.Bot == c.Bot
}
