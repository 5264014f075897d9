package directory

import "slices"

// BoundChannel is where a channel for notices was chosen while the bot runs; zero for one
// that stands in the file.
type BoundChannel struct {
	// Team and Channel are Teams' names, where it gave them.
	Team, Channel string
	IsSet         bool
}

// ChannelBinding gives a team, or a service, a channel for its notices.
type ChannelBinding struct {
	Team, Service string       // the id of one of the two
	Channel       string       // Teams conversation id
	ChannelNames  BoundChannel // Team and Channel
}

// WithChannels is the directory with channels that were bound while the bot runs, each
// in the place of the file's. A binding of what the directory no longer lists is passed
// over.
func (d *Directory) WithChannels(bindings []ChannelBinding) *Directory {
	with := *d
	with.teams, with.services = slices.Clone(d.teams), slices.Clone(d.services)
	for _, b := range bindings {
		b.ChannelNames.IsSet = true
		if i := slices.IndexFunc(with.teams, func(t Team) bool { return b.Team != "" && t.ID == b.Team }); i >= 0 {
			with.teams[i].Channel, with.teams[i].BoundChannel = b.Channel, b.ChannelNames
		}
		if i := slices.IndexFunc(with.services, func(s Service) bool { return b.Service != "" && s.ID == b.Service }); i >= 0 {
			with.services[i].Channel, with.services[i].BoundChannel = b.Channel, b.ChannelNames
		}
	}
	return &with
}

// ServiceOf finds a team's service.
func (d *Directory) ServiceOf(team string) (Service, bool) {
	t, _ := d.TeamByID(team)
	return findFirst(d.services, func(s Service) bool { return s.ID == t.Service })
}
