package bot

import (
	"context"
	"fmt"
	"strings"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
)

// unit is a team or a service that somebody oversees.
type unit struct {
	key               challenge.Unit
	id, name, channel string
	service           bool
	bound             directory.Bound
	via               string
}

// notices lists where notices appear, or chooses it.
func (x turn) notices(ctx context.Context, rest string) error {
	word, name := cut(rest)
	word = strings.ToLower(word)
	if err := x.Refresh(ctx); err != nil { // another instance may have been told more
		return err
	}
	mine := x.overseen()
	if len(mine) == 0 {
		return x.noticed(ctx, cards.NoticesView{Said: refused(challenge.NotAllowed, x.w.Bot.NoticesNotYou)})
	}
	if word != "here" && word != "off" {
		if rest == "" {
			return x.noticed(ctx, cards.NoticesView{})
		}
		return x.noticed(ctx, cards.NoticesView{Said: refused(challenge.BadInput, x.w.Bot.NoticesHow), Typed: rest})
	}
	u, refusal := x.unitNamed(mine, name)
	if refusal == nil && word == "here" {
		refusal = x.maybeHere(u)
	}
	if refusal != nil {
		return x.noticed(ctx, cards.NoticesView{Said: refusal, Typed: rest})
	}
	n := challenge.NoticeChannel{Unit: u.key, SetBy: x.by.ID}
	done := fmt.Sprintf(x.w.Bot.NoticesDone, u.name)
	switch {
	case word == "here":
		n.Channel, n.Team, n.Name = x.a.channelID(), x.a.ChannelData.Team.Name, x.a.ChannelData.Channel.Name
	case !u.bound.On:
		return x.noticed(ctx, cards.NoticesView{Done: fmt.Sprintf(x.w.Bot.NoticesOffNone, u.name)})
	default:
		done = fmt.Sprintf(x.w.Bot.NoticesOff, u.name)
	}
	if err := x.Store.BindNotices(ctx, x.receipt(":notices"), n); err != nil {
		return err
	}
	if err := x.Refresh(ctx); err != nil {
		return err
	}
	return x.noticed(ctx, cards.NoticesView{Done: done})
}

func refused(code challenge.Code, sentence string) *challenge.Refusal {
	return &challenge.Refusal{Code: code, Sentence: sentence}
}

// overseen are the services and teams whose challenges the person oversees today.
func (x turn) overseen() []unit {
	d := x.Directory()
	var all []unit
	for _, s := range d.Services() {
		if x.overseesAt(directory.Scope{Service: s.ID}) {
			all = append(all, unit{key: challenge.ServiceUnit(s.ID), id: s.ID, name: s.Name, channel: s.Channel, service: true, bound: s.Bound})
		}
	}
	for _, t := range d.Teams() {
		if !x.overseesAt(directory.Scope{Team: t.ID}) {
			continue
		}
		u := unit{key: challenge.TeamUnit(t.ID), id: t.ID, name: t.Name, channel: t.Channel, bound: t.Bound}
		if s, ok := d.ServiceOf(t.ID); ok && t.Channel == "" && s.Channel != "" {
			u.via = s.Name
		}
		all = append(all, u)
	}
	return all
}

// unitNamed finds the one that is meant, by name or id. Without a name it is the only
// team, where there is one team only.
func (x turn) unitNamed(mine []unit, name string) (unit, *challenge.Refusal) {
	if name == "" {
		var teams []unit
		for _, u := range mine {
			if !u.service {
				teams = append(teams, u)
			}
		}
		if len(teams) != 1 {
			return unit{}, refused(challenge.BadInput, x.w.Bot.NoticesHow)
		}
		return teams[0], nil
	}
	found := named(mine, name)
	kind, bare := cut(name)
	if kind = strings.ToLower(kind); len(found) != 1 && (kind == "team" || kind == "service") {
		for _, u := range named(mine, bare) {
			if u.service == (kind == "service") {
				return u, nil
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return unit{}, refused(challenge.BadInput, x.w.Bot.NoticesTwice)
	case x.exists(name):
		return unit{}, refused(challenge.NotAllowed, x.w.Bot.NoticesNotYou)
	}
	return unit{}, refused(challenge.BadInput, x.w.Bot.NoticesUnknown)
}

func named(all []unit, name string) []unit {
	name = strings.Join(strings.Fields(name), " ")
	var found []unit
	for _, u := range all {
		if strings.EqualFold(u.name, name) || strings.EqualFold(u.id, name) {
			found = append(found, u)
		}
	}
	return found
}

// exists reports whether there is such a team or service, whoever oversees it.
func (x turn) exists(name string) bool {
	var all []unit
	for _, t := range x.Directory().Teams() {
		all = append(all, unit{id: t.ID, name: t.Name})
	}
	for _, s := range x.Directory().Services() {
		all = append(all, unit{id: s.ID, name: s.Name})
	}
	return len(named(all, name)) > 0
}

// maybeHere refuses places that are no channel of a team of this authority's own.
func (x turn) maybeHere(u unit) *challenge.Refusal {
	team, channel := x.a.ChannelData.Team, x.a.ChannelData.Channel
	own := x.a.Conversation.TenantID
	if own == "" {
		own = x.a.ChannelData.Tenant.ID
	}
	switch {
	case x.a.Conversation.ConversationType != "channel" || x.a.channelID() == "":
		return refused(challenge.BadInput, fmt.Sprintf(x.w.Bot.NoticesWhere, u.name))
	case team.TenantID != "" && !strings.EqualFold(team.TenantID, own):
		return refused(challenge.NotAllowed, x.w.Bot.NoticesForeign)
	case strings.EqualFold(channel.Type, "shared") || x.a.shared():
		return refused(challenge.NotAllowed, x.w.Bot.NoticesShared)
	}
	return nil
}

// noticed answers with the list, and what was done.
func (x turn) noticed(ctx context.Context, v cards.NoticesView) error {
	v.Words = x.w
	for _, u := range x.overseen() {
		l := cards.NoticesLine{Name: u.name, Service: u.service, Bound: u.bound.On, Via: u.via}
		if u.channel != "" {
			l.Place = x.placeName(u)
		}
		v.Lines = append(v.Lines, l)
	}
	return x.reply(ctx, cards.Notices(v), ":reply")
}

// placeName is a channel as people know it, or its id where nobody told its name.
func (x turn) placeName(u unit) string {
	switch {
	case u.bound.Team != "" && u.bound.Channel != "":
		return fmt.Sprintf(x.w.Bot.ChannelIn, u.bound.Channel, u.bound.Team)
	case u.bound.Team != "": // Teams leaves out the name of a team's first channel
		return fmt.Sprintf(x.w.Bot.GeneralIn, u.bound.Team)
	case u.bound.Channel != "":
		return u.bound.Channel
	}
	return u.channel
}
