package routing

import (
	"slices"
	"testing"
	"time"
)

func TestProblemsNameTheirKey(t *testing.T) {
	c := Config{
		Assignment: "round_robin", DefaultAgent: "zoe", DefaultTeam: "none", NewConversationsToBot: "ann",
		Channels: []ChannelRule{
			{Channel: "tg", Bot: "helper"}, {Channel: "tg", Agent: "ann"}, {Channel: "wa"},
			{Channel: "ig", Bot: "helper", Team: "sales"}, {Channel: "fb", Agent: "helper"}, {Bot: "helper"},
		},
		Agents: []Agent{{ID: "ann", Capacity: -1}, {ID: ""}, {ID: "ann"}},
		Bots:   []Bot{{ID: "helper"}, {ID: "ann"}},
		Teams: []Team{
			{ID: "sales", Members: []string{"ann", "ann", "bob", ""}, Assignment: "x", DefaultAgent: "bob",
				Hours: &Hours{Zone: "Mars/Base", Mon: "9-17", Tue: "2500-2600", Wed: "0960-1000", Sun: "2400-0100"}},
			{ID: "sales"}, {},
		},
	}
	_, problems := New(c)
	var keys []string
	for _, p := range problems {
		if p.Text == "" {
			t.Errorf("%s has no text", p.Key)
		}
		keys = append(keys, p.Key)
	}
	want := []string{
		"agents[0].capacity", "agents[1].id", "agents[2].id", "bots[1].id",
		"teams[0].assignment", "teams[0].default_agent", "teams[0].members[1]", "teams[0].members[2]", "teams[0].members[3]",
		"teams[0].hours.zone", "teams[0].hours.sun", "teams[0].hours.mon", "teams[0].hours.tue", "teams[0].hours.wed",
		"teams[1].id", "teams[2].id",
		"routing.assignment", "routing.default_agent", "routing.default_team", "routing.new_conversations_to_bot",
		"routing.channels[1].channel", "routing.channels[2]", "routing.channels[3]", "routing.channels[4].agent", "routing.channels[5].channel",
	}
	slices.Sort(keys)
	slices.Sort(want)
	if !slices.Equal(keys, want) {
		t.Errorf("problems at\n%q\nwant\n%q", keys, want)
	}
}

func TestNames(t *testing.T) {
	table, problems := New(people())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for got, want := range map[string]string{
		table.AgentName("ann"): "Ann", table.AgentName("zoe"): "zoe", table.BotName("helper"): "Helper",
		table.BotName("expert"): "expert", table.TeamName("sales"): "Sales",
	} {
		if got != want {
			t.Errorf("name %q, want %q", got, want)
		}
	}
	if !table.IsAgent("ann") || table.IsAgent("helper") || !table.IsBot("helper") || table.IsBot("ann") || !table.TeamExists("sales") || table.TeamExists("ann") {
		t.Error("ids are taken for something else")
	}
	if got := table.AgentIDs(); !slices.Equal(got, []string{"ann", "bob", "cem"}) {
		t.Errorf("agents %q", got)
	}
}

func TestOpeningHours(t *testing.T) {
	at := func(day int, clock string) time.Time { // July 2026: the 13th is a Monday
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		when, err := time.ParseInLocation("15:04", clock, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return time.Date(2026, 7, day, when.Hour(), when.Minute(), 0, 0, berlin).UTC()
	}
	h, problems := Hours{Zone: "Europe/Berlin", Mon: "0900-1700", Fri: "2200-0600", Sun: "0000-0000", Wed: "1200-2400"}.read("hours")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		name string
		now  time.Time
		open bool
	}{
		{"before", at(13, "08:59"), false},
		{"the first minute", at(13, "09:00"), true},
		{"the last minute", at(13, "16:59"), true},
		{"after", at(13, "17:00"), false},
		{"a missing day is closed", at(14, "12:00"), false},
		{"until midnight", at(15, "23:59"), true},
		{"midnight is over", at(16, "00:00"), false},
		{"an end before the start: in the evening", at(17, "23:00"), true},
		{"an end before the start: not in the morning before", at(17, "05:00"), false},
		{"an end before the start: over midnight", at(18, "05:59"), true},
		{"an end before the start: and no longer", at(18, "06:00"), false},
		{"equal ends are the whole day", at(19, "23:59"), true},
	} {
		if got := h.open(c.now); got != c.open {
			t.Errorf("%s: open %v", c.name, got)
		}
	}
	always, _ := Hours{}.read("hours")
	if !always.open(noon) {
		t.Error("without any day it is always open")
	}
}
