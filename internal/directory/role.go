package directory

import "strings"

// Role names somebody by what they do: "team-manager", "head-of-service". Which
// person that is today is the directory's answer. RoleChair is the person who
// raised the challenge; RoleOversight sees everything that stalls.
type Role string

// Roles that the domain itself speaks to. All others are the ladders' own.
const (
	RoleChair     Role = "chair"
	RoleOversight Role = "oversight"
)

// JoinRoles is the keys of roles in a line of text.
func JoinRoles(roles []Role) string {
	keys := make([]string, len(roles))
	for i, r := range roles {
		keys[i] = string(r)
	}
	return strings.Join(keys, ", ")
}
