package challenge

import "time"

// NoticeChannel says in which channel the notices about the cases of a team, or of the
// teams of a service, appear: what the oversight role said while the bot runs.
type NoticeChannel struct {
	Unit Unit
	// Channel is Teams' id of the channel; empty: as the directory's file says, again.
	Channel string
	// Team and Name are what Teams calls the team and the channel, where it said so.
	Team, Name string
	SetBy      string // Entra object id
	SetAt      time.Time
}

// Unit is a team or a service of the directory: "team:" or "service:" and its id.
type Unit string

// TeamUnit is the unit of a team.
func TeamUnit(id string) Unit { return Unit("team:" + id) }

// ServiceUnit is the unit of a service.
func ServiceUnit(id string) Unit { return Unit("service:" + id) }
