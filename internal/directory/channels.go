package directory

import "slices"

// BoundChannel is where a channel for notices was chosen while the bot runs; zero for one
// that stands in the file.
type BoundChannel struct {
	// Team and Channel are Teams' names, where it gave them.
	Team, Channel string
	IsSet         bool
}

// WithChannels is the directory with channels that were bound while the bot runs, each
// in the place of the file's. A binding of what the directory no longer lists is passed
// over.
func (d *Directory) WithChannels(bound []NoticeChannelSetting) *Directory {
	with := *d
	with.teams, with.services = slices.Clone(d.teams), slices.Clone(d.services)
	for _, b := range bound {
		names := BoundChannel{Team: b.TeamName, Channel: b.ChannelName, IsSet: true}
		if i := slices.IndexFunc(with.teams, func(t Team) bool { return b.Unit == TeamUnit(t.ID) }); i >= 0 {
			with.teams[i].Channel, with.teams[i].BoundChannel = b.ChannelID, names
		}
		if i := slices.IndexFunc(with.services, func(s Service) bool { return b.Unit == ServiceUnit(s.ID) }); i >= 0 {
			with.services[i].Channel, with.services[i].BoundChannel = b.ChannelID, names
		}
	}
	return &with
}

// ServiceOf finds a team's service.
func (d *Directory) ServiceOf(team string) (Service, bool) {
	t, _ := d.TeamByID(team)
	return findFirst(d.services, func(s Service) bool { return s.ID == t.Service })
}
