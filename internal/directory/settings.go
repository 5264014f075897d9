package directory

import (
	"time"
)

// NoticeChannelSetting says in which channel the notices about the cases of a team, or of the
// teams of a service, appear: what the oversight role said while the bot runs.
type NoticeChannelSetting struct {
	Unit DirectoryUnit
	// ChannelID is Teams' id of the channel; empty: as the directory's file says, again.
	ChannelID string
	// TeamName and Name are what Teams calls the team and the channel, where it said so.
	TeamName, ChannelName string
	SetBy                 string // Entra object id
	SetAt                 time.Time
}

// DirectoryUnit is a team or a service of the directory: "team:" or "service:" and its id.
type DirectoryUnit string

// TeamUnit is the unit of a team.
func TeamUnit(id string) DirectoryUnit { return DirectoryUnit("team:" + id) }

// ServiceUnit is the unit of a service.
func ServiceUnit(id string) DirectoryUnit { return DirectoryUnit("service:" + id) }
