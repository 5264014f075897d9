package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"challengebot/internal/connector"
	"challengebot/internal/directory"
	"challengebot/internal/engine"
	"challengebot/internal/ladder"
	"challengebot/internal/teamsfailure"
	"challengebot/internal/workday"
)

// LiveReport is what Teams says about the people and the channels of the directory. Nothing
// is sent to anybody.
type LiveReport struct {
	People   []LivePerson  `json:"people"`
	Channels []LiveChannel `json:"channels"`
}

// LivePerson is whether the bot can write to somebody.
type LivePerson struct {
	Name  string           `json:"name"`
	Roles []directory.Role `json:"roles"`
	// IsActing: a ladder waits for them. They answer, judge, open a gate or raise, or stand
	// in today for somebody who does.
	IsActing bool `json:"acts"`
	Reachability
}

// LiveChannel is whether the bot is in a channel that gets notices.
type LiveChannel struct {
	ID string `json:"id"`
	// NoticesOf are the names of the teams and services whose notices go there.
	NoticesOf []string `json:"of"`
	Reachability
}

// Reachability is what came of asking Teams.
type Reachability struct {
	Reachable bool              `json:"ok"`
	Kind      teamsfailure.Kind `json:"kind,omitempty"` // of the failure
	Status    int               `json:"status,omitempty"`
	Code      string            `json:"code,omitempty"`
	Remedy    string            `json:"todo,omitempty"`
}

const (
	// maxCheckAttempts is how often one thing is asked, maxCheckWait the longest wait between.
	maxCheckAttempts = 4
	maxCheckWait     = 2 * time.Minute
)

// CheckLive asks Teams about everybody in the directory who has an account, and about
// every channel that gets notices. An error means that Teams could not be asked at all.
func CheckLive(ctx context.Context, p Platform, d *directory.Directory, ladders []*ladder.Ladder, on workday.Date, now func() time.Time) (LiveReport, error) {
	client := connector.New(connector.Config{AppID: p.AppID, Tenant: p.Tenant, Credential: p.Credential, Scope: p.Scope,
		ServiceURLAllowed: p.ServiceURLAllowed, DefaultServiceURL: p.ServiceURL, Now: now})
	if err := client.CheckToken(ctx); err != nil {
		return LiveReport{}, errors.Join(connector.ErrCredentials, err)
	}
	var live LiveReport
	acting := actingPeople(d, ladders, on)
	for _, person := range d.People() {
		if person.Entra == "" {
			continue
		}
		r, err := checkWithRetry(ctx, func(ctx context.Context) error {
			_, err := client.CreatePersonalChat(ctx, p.ServiceURL, person.Entra)
			return err
		})
		if err != nil {
			return LiveReport{}, err
		}
		r.Remedy = personRemedy(r)
		live.People = append(live.People, LivePerson{Name: person.Name, Roles: d.RolesOf(person.ID), IsActing: acting[person.ID], Reachability: r})
	}
	for _, c := range noticeChannels(d) {
		r, err := checkWithRetry(ctx, func(ctx context.Context) error {
			return client.CheckConversation(ctx, connector.Destination{ServiceURL: p.ServiceURL, ConversationID: c.ID})
		})
		if err != nil {
			return LiveReport{}, err
		}
		c.Reachability = r
		c.Remedy = channelRemedy(r)
		live.Channels = append(live.Channels, c)
	}
	return live, nil
}

// checkWithRetry asks one thing, again where Teams says that it may be asked again.
func checkWithRetry(ctx context.Context, question func(context.Context) error) (Reachability, error) {
	for try := 1; ; try++ {
		err := question(ctx)
		failure := (*teamsfailure.Failure)(nil)
		switch {
		case err == nil:
			return Reachability{Reachable: true}, engine.Sleep(ctx, engine.ProbeInterval)
		case ctx.Err() != nil:
			return Reachability{}, ctx.Err()
		case !errors.As(err, &failure):
			return Reachability{}, err
		case errors.Is(failure, connector.ErrCredentials): // the same would be said of everybody
			return Reachability{}, errors.Join(connector.ErrCredentials, failure)
		case !failure.IsRetryable() || try == maxCheckAttempts || failure.RetryAfter > maxCheckWait:
			return Reachability{Kind: failure.Kind, Status: failure.Status, Code: failure.Code}, engine.Sleep(ctx, engine.ProbeInterval)
		}
		if err := engine.Sleep(ctx, max(failure.RetryAfter, engine.ProbeInterval<<try)); err != nil {
			return Reachability{}, err
		}
	}
}

// actingPeople are the people for whom some ladder waits, by their key.
func actingPeople(d *directory.Directory, ladders []*ladder.Ladder, on workday.Date) map[string]bool {
	roles := map[directory.Role]bool{}
	for _, l := range ladders {
		for _, use := range l.RolesNeeded() {
			roles[use.Role] = roles[use.Role] || use.MustAct
		}
		for _, r := range l.RaiserRoles() {
			roles[r] = true
		}
	}
	acting := map[string]bool{}
	for _, p := range d.People() {
		if !slices.ContainsFunc(d.RolesOf(p.ID), func(r directory.Role) bool { return roles[r] }) {
			continue
		}
		acting[p.ID] = true
		if by, away := d.StandInFor(p.Entra, directory.Scope{}, on); away {
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
		all[i].NoticesOf = append(all[i].NoticesOf, name)
	}
	for _, s := range d.Services() {
		add(s.Channel, s.Name)
	}
	for _, t := range d.Teams() {
		add(t.Channel, t.Name)
	}
	return all
}

func personRemedy(r Reachability) string {
	switch {
	case r.Reachable:
		return ""
	case r.Code == "ForbiddenOperationException":
		return "install the app for them: add them to the app setup policy, or let them add it themselves"
	case r.Code == "BotDisabledByAdmin":
		return "allow the app for them in the Teams admin centre (permission policies)"
	case r.Code == "ConversationBlockedByUser", r.Code == "MessageWritesBlocked":
		return "they blocked or removed the app: let them unblock it, or install it for them again"
	case r.Kind == teamsfailure.Rejected && r.Status == 404, r.Kind == teamsfailure.OurBug:
		return "Teams does not know this account: check entra: in the directory, and that they have a Teams licence"
	case r.Kind == teamsfailure.Rejected:
		return "see that the app is installed and allowed for them"
	}
	return fallbackRemedy(r)
}

func channelRemedy(r Reachability) string {
	switch {
	case r.Reachable:
		return ""
	case r.Kind == teamsfailure.ConversationGone, r.Status == 404:
		return "Teams knows no such channel: type /notices here in the right one, or mend channel: in the directory"
	case r.Kind == teamsfailure.Rejected:
		return "add the app to the team that the channel is in; to a private channel too, if it is one"
	}
	return fallbackRemedy(r)
}

func fallbackRemedy(r Reachability) string {
	if r.Kind == teamsfailure.Misconfigured {
		return "check cloud: and service_url: in the configuration"
	}
	return "Teams could not say: check again later"
}
