package directory

import (
	"strings"
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

// DirectoryUnit is a team, a service or an agency of the directory, "team:", "service:" or
// "agency:" and its id, or the authority.
type DirectoryUnit string

// AuthorityUnit is the whole authority.
const AuthorityUnit DirectoryUnit = "authority"

// TeamUnit is the unit of a team.
func TeamUnit(id string) DirectoryUnit { return DirectoryUnit("team:" + id) }

// ServiceUnit is the unit of a service.
func ServiceUnit(id string) DirectoryUnit { return DirectoryUnit("service:" + id) }

// AgencyUnit is the unit of an agency.
func AgencyUnit(id string) DirectoryUnit { return DirectoryUnit("agency:" + id) }

// levelOf is the place of a unit; false for what is none.
func levelOf(u DirectoryUnit) (level, bool) {
	if u == AuthorityUnit {
		return level{authorityLevel, ""}, true
	}
	kind, id, _ := strings.Cut(string(u), ":")
	at, known := map[string]levelKind{"team": teamLevel, "service": serviceLevel, "agency": agencyLevel}[kind]
	return level{at, id}, known && id != ""
}

// unit is the unit of a place.
func (l level) unit() DirectoryUnit {
	switch l.kind {
	case teamLevel:
		return TeamUnit(l.id)
	case serviceLevel:
		return ServiceUnit(l.id)
	case agencyLevel:
		return AgencyUnit(l.id)
	default:
		return AuthorityUnit
	}
}
