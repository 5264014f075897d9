package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"challengebot/internal/connector"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Live is what Teams says about the people and the channels of the directory. Nothing
// is sent to anybody.
type Live struct {
	People   []LivePerson  `json:"people"`
	Channels []LiveChannel `json:"channels"`
}

// LivePerson is whether the bot can write to somebody.
type LivePerson struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
	// Acts: a ladder waits for them. They answer, judge, open a gate or raise, or stand
	// in today for somebody who does.
	Acts bool `json:"acts"`
	Reach
}

// LiveChannel is whether the bot is in a channel that gets notices.
type LiveChannel struct {
	ID string `json:"id"`
	// Of are the names of the teams and services whose notices go there.
	Of []string `json:"of"`
	Reach
}

// Reach is what came of asking Teams.
type Reach struct {
	OK     bool           `json:"ok"`
	Kind   connector.Kind `json:"kind,omitempty"` // of the failure
	Status int            `json:"status,omitempty"`
	Code   string         `json:"code,omitempty"`
	Todo   string         `json:"todo,omitempty"`
}

const (
	// livePause is the time between two calls: a fifth of what Teams allows an app in
	// one tenant, beside the bot that serves.
	livePause = 100 * time.Millisecond
	// liveTries is how often one thing is asked, livePatience the longest wait between.
	liveTries    = 4
	livePatience = 2 * time.Minute
)

// errNotAccepted ends the asking: the same would be said of everybody.
var errNotAccepted = errors.New("the bot's credentials are not accepted")

// CheckLive asks Teams about everybody in the directory who has an account, and about
// every channel that gets notices. An error means that Teams could not be asked at all.
func CheckLive(ctx context.Context, p Platform, d *directory.Directory, ladders []*ladder.Ladder, on workday.Date, now func() time.Time) (Live, error) {
	client := connector.New(connector.Config{AppID: p.AppID, Tenant: p.Tenant, Tokens: p.Credential, Scope: p.Scope,
		Allowed: p.Allowed, DefaultServiceURL: p.ServiceURL, Now: now})
	if err := client.Token(ctx); err != nil {
		return Live{}, errors.Join(errNotAccepted, err)
	}
	var live Live
	acting := whoActs(d, ladders, on)
	for _, person := range d.People() {
		if person.Entra == "" {
			continue
		}
		r, err := ask(ctx, func(ctx context.Context) error {
			_, err := client.CreatePersonal(ctx, p.ServiceURL, person.Entra)
			return err
		})
		if err != nil {
			return Live{}, err
		}
		r.Todo = personTodo(r)
		live.People = append(live.People, LivePerson{Name: person.Name, Roles: d.RolesOf(person.ID), Acts: acting[person.ID], Reach: r})
	}
	for _, c := range noticeChannels(d) {
		r, err := ask(ctx, func(ctx context.Context) error {
			return client.Sees(ctx, connector.Ref{ServiceURL: p.ServiceURL, ConversationID: c.ID})
		})
		if err != nil {
			return Live{}, err
		}
		c.Reach = r
		c.Todo = channelTodo(r)
		live.Channels = append(live.Channels, c)
	}
	return live, nil
}

// ask asks one thing, again where Teams says that it may be asked again.
func ask(ctx context.Context, question func(context.Context) error) (Reach, error) {
	for try := 1; ; try++ {
		err := question(ctx)
		failure := (*connector.Error)(nil)
		switch {
		case err == nil:
			return Reach{OK: true}, wait(ctx, livePause)
		case ctx.Err() != nil:
			return Reach{}, ctx.Err()
		case !errors.As(err, &failure):
			return Reach{}, err
		case failure.Kind == connector.Unauthorised:
			return Reach{}, errors.Join(errNotAccepted, failure)
		case !failure.Again() || try == liveTries || failure.RetryAfter > livePatience:
			return Reach{Kind: failure.Kind, Status: failure.Status, Code: failure.Code}, wait(ctx, livePause)
		}
		if err := wait(ctx, max(failure.RetryAfter, livePause<<try)); err != nil {
			return Reach{}, err
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// whoActs are the people for whom some ladder waits, by their key.
func whoActs(d *directory.Directory, ladders []*ladder.Ladder, on workday.Date) map[string]bool {
	roles := map[string]bool{}
	for _, l := range ladders {
		for _, use := range l.RoleUses() {
			roles[string(use.Role)] = roles[string(use.Role)] || use.Acts
		}
		for _, r := range l.Raisers() {
			roles[string(r)] = true
		}
	}
	acting := map[string]bool{}
	for _, p := range d.People() {
		if !slices.ContainsFunc(d.RolesOf(p.ID), func(r string) bool { return roles[r] }) {
			continue
		}
		acting[p.ID] = true
		if by, away := d.ActingFor(p.Entra, on.String()); away {
			acting[by.ID] = true
		}
	}
	return acting
}

// noticeChannels are the channels of the directory, each once.
func noticeChannels(d *directory.Directory) []LiveChannel {
	var all []LiveChannel
	add := func(channel, name string) {
		if channel == "" {
			return
		}
		i := slices.IndexFunc(all, func(c LiveChannel) bool { return c.ID == channel })
		if i < 0 {
			all = append(all, LiveChannel{ID: channel})
			i = len(all) - 1
		}
		all[i].Of = append(all[i].Of, name)
	}
	for _, s := range d.Services() {
		add(s.Channel, s.Name)
	}
	for _, t := range d.Teams() {
		add(t.Channel, t.Name)
	}
	return all
}

func personTodo(r Reach) string {
	switch {
	case r.OK:
		return ""
	case r.Code == "ForbiddenOperationException":
		return "install the app for them: add them to the app setup policy, or let them add it themselves"
	case r.Code == "BotDisabledByAdmin":
		return "allow the app for them in the Teams admin centre (permission policies)"
	case r.Code == "ConversationBlockedByUser", r.Code == "MessageWritesBlocked":
		return "they blocked or removed the app: let them unblock it, or install it for them again"
	case r.Kind == connector.Refused && r.Status == 404, r.Kind == connector.BadRequest:
		return "Teams does not know this account: check entra: in the directory, and that they have a Teams licence"
	case r.Kind == connector.Refused:
		return "see that the app is installed and allowed for them"
	}
	return laterTodo(r)
}

func channelTodo(r Reach) string {
	switch {
	case r.OK:
		return ""
	case r.Kind == connector.ConversationGone, r.Status == 404:
		return "Teams knows no such channel: type /notices here in the right one, or mend channel: in the directory"
	case r.Kind == connector.Refused:
		return "add the app to the team that the channel is in; to a private channel too, if it is one"
	}
	return laterTodo(r)
}

func laterTodo(r Reach) string {
	if r.Kind == connector.ForbiddenHost {
		return "check cloud: and service_url: in the configuration"
	}
	return "Teams could not say: check again later"
}
