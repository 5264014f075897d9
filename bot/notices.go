package bot

import (
	"context"
	"fmt"
	"strings"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/words"
)

// overseenUnit is a team or a service that somebody oversees.
type overseenUnit struct {
	key               directory.DirectoryUnit
	id, name, channel string
	isService         bool
	binding           directory.BoundChannel
	viaService        string
}

// handleNotices lists where notices appear, or chooses it.
func (rq request) handleNotices(ctx context.Context, rest string) error {
	word, name := words.CutWord(rest)
	here, off := words.IsNoticesHere(word), words.IsNoticesOff(word)
	if err := rq.RefreshDirectory(ctx); err != nil { // another instance may have been told more
		return err
	}
	mine := rq.overseenUnits()
	if len(mine) == 0 {
		return rq.replyWithNotices(ctx, cards.NoticeChannelsView{Refusal: newRefusal(challenge.CodeNotAllowed, rq.words.Bot.NoticesOverseersOnly)})
	}
	if !here && !off {
		if rest == "" {
			return rq.replyWithNotices(ctx, cards.NoticeChannelsView{})
		}
		return rq.replyWithNotices(ctx, cards.NoticeChannelsView{Refusal: newRefusal(challenge.CodeBadInput, rq.words.Bot.NoticesUsage), TypedText: rest})
	}
	u, refusal := rq.findUnit(mine, name)
	if refusal == nil && here {
		refusal = rq.checkNoticeChannel(u)
	}
	if refusal != nil {
		return rq.replyWithNotices(ctx, cards.NoticeChannelsView{Refusal: refusal, TypedText: rest})
	}
	n := directory.NoticeChannelSetting{Unit: u.key, SetBy: rq.person.ID}
	done := fmt.Sprintf(rq.words.Bot.NoticesChannelChosen, u.name)
	switch {
	case here:
		n.ChannelID, n.TeamName, n.ChannelName = rq.activity.teamsChannelID(), rq.activity.ChannelData.Team.Name, rq.activity.ChannelData.Channel.Name
	case !u.binding.IsSet:
		return rq.replyWithNotices(ctx, cards.NoticeChannelsView{Confirmation: fmt.Sprintf(rq.words.Bot.NoticesNothingToRemove, u.name)})
	default:
		done = fmt.Sprintf(rq.words.Bot.NoticesChannelRemoved, u.name)
	}
	if err := rq.Settings.BindNoticeChannel(ctx, rq.idempotencyKey(":notices"), n); err != nil {
		return err
	}
	if err := rq.RefreshDirectory(ctx); err != nil {
		return err
	}
	return rq.replyWithNotices(ctx, cards.NoticeChannelsView{Confirmation: done})
}

func newRefusal(code challenge.RefusalCode, sentence string) *challenge.Refusal {
	return &challenge.Refusal{Code: code, Sentence: sentence}
}

// overseenUnits are the services and teams whose challenges the person oversees today.
func (rq request) overseenUnits() []overseenUnit {
	d := rq.Directory()
	var all []overseenUnit
	for _, s := range d.Services() {
		if rq.overseesScope(directory.Scope{Service: s.ID}) {
			all = append(all, overseenUnit{key: directory.ServiceUnit(s.ID), id: s.ID, name: s.Name, channel: s.Channel, isService: true, binding: s.BoundChannel})
		}
	}
	for _, t := range d.Teams() {
		if !rq.overseesScope(directory.Scope{Team: t.ID}) {
			continue
		}
		u := overseenUnit{key: directory.TeamUnit(t.ID), id: t.ID, name: t.Name, channel: t.Channel, binding: t.BoundChannel}
		if s, ok := d.ServiceOf(t.ID); ok && t.Channel == "" && s.Channel != "" {
			u.viaService = s.Name
		}
		all = append(all, u)
	}
	return all
}

// findUnit finds the one that is meant, by name or id. Without a name it is the only
// team, where there is one team only.
func (rq request) findUnit(mine []overseenUnit, name string) (overseenUnit, *challenge.Refusal) {
	if name == "" {
		var teams []overseenUnit
		for _, u := range mine {
			if !u.isService {
				teams = append(teams, u)
			}
		}
		if len(teams) != 1 {
			return overseenUnit{}, newRefusal(challenge.CodeBadInput, rq.words.Bot.NoticesUsage)
		}
		return teams[0], nil
	}
	found := unitsByName(mine, name)
	kind, bare := words.CutWord(name)
	if kind = strings.ToLower(kind); len(found) != 1 && (kind == "team" || kind == "service") {
		for _, u := range unitsByName(mine, bare) {
			if u.isService == (kind == "service") {
				return u, nil
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return overseenUnit{}, newRefusal(challenge.CodeBadInput, rq.words.Bot.NoticesAmbiguousName)
	case rq.unitExists(name):
		return overseenUnit{}, newRefusal(challenge.CodeNotAllowed, rq.words.Bot.NoticesOverseersOnly)
	}
	return overseenUnit{}, newRefusal(challenge.CodeBadInput, rq.words.Bot.NoticesUnknownName)
}

func unitsByName(all []overseenUnit, name string) []overseenUnit {
	name = directory.FoldName(name)
	var found []overseenUnit
	for _, u := range all {
		if name != "" && (directory.FoldName(u.name) == name || directory.FoldName(u.id) == name) {
			found = append(found, u)
		}
	}
	return found
}

// unitExists reports whether there is such a team or service, whoever oversees it.
func (rq request) unitExists(name string) bool {
	var all []overseenUnit
	for _, t := range rq.Directory().Teams() {
		all = append(all, overseenUnit{id: t.ID, name: t.Name})
	}
	for _, s := range rq.Directory().Services() {
		all = append(all, overseenUnit{id: s.ID, name: s.Name})
	}
	return len(unitsByName(all, name)) > 0
}

// checkNoticeChannel refuses places that are no channel of a team of this authority's own.
func (rq request) checkNoticeChannel(u overseenUnit) *challenge.Refusal {
	team, channel := rq.activity.ChannelData.Team, rq.activity.ChannelData.Channel
	own := rq.activity.Conversation.TenantID
	if own == "" {
		own = rq.activity.ChannelData.Tenant.ID
	}
	switch {
	case rq.activity.Conversation.ConversationType != "channel" || rq.activity.teamsChannelID() == "":
		return newRefusal(challenge.CodeBadInput, fmt.Sprintf(rq.words.Bot.NoticesTypeInChannel, u.name))
	case team.TenantID != "" && !strings.EqualFold(team.TenantID, own):
		return newRefusal(challenge.CodeNotAllowed, rq.words.Bot.NoticesForeignChannel)
	case strings.EqualFold(channel.Type, "shared") || rq.activity.isSharedChannel():
		return newRefusal(challenge.CodeNotAllowed, rq.words.Bot.NoticesSharedChannel)
	}
	return nil
}

// replyWithNotices answers with the list, and what was done.
func (rq request) replyWithNotices(ctx context.Context, v cards.NoticeChannelsView) error {
	v.Words = rq.words
	for _, u := range rq.overseenUnits() {
		l := cards.NoticeChannelLine{Name: u.name, IsService: u.isService, ChosenByCommand: u.binding.IsSet, ViaService: u.viaService}
		if u.channel != "" {
			l.ChannelName = rq.channelName(u)
		}
		v.Lines = append(v.Lines, l)
	}
	return rq.sendCard(ctx, cards.RenderNoticeChannels(v), ":reply")
}

// channelName is a channel as people know it, or its id where nobody told its name.
func (rq request) channelName(u overseenUnit) string {
	switch {
	case u.binding.Team != "" && u.binding.Channel != "":
		return fmt.Sprintf(rq.words.Bot.ChannelInTeam, u.binding.Channel, u.binding.Team)
	case u.binding.Team != "": // Teams leaves out the name of a team's first channel
		return fmt.Sprintf(rq.words.Bot.GeneralChannelInTeam, u.binding.Team)
	case u.binding.Channel != "":
		return u.binding.Channel
	}
	return u.channel
}
