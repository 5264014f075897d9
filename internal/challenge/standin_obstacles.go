package challenge

import (
	"slices"

	"challengebot/internal/directory"
)

// StandInObstacle is why somebody could not act for another in some challenges.
type StandInObstacle string

// The obstacles.
const (
	// StandInMayRaise: they raise challenges about the same teams themselves.
	StandInMayRaise StandInObstacle = "may_raise"
	// StandInIsNext: they are asked on the next rung in their own right.
	StandInIsNext StandInObstacle = "is_next"
	// StandInJudges: they judge the answers that the other is asked for.
	StandInJudges StandInObstacle = "judges"
)

// StandInObstacles are those that a ladder would meet when one person stands in for another
// on the day of env.Now, each once, in that order. Both are Entra object ids.
func StandInObstacles(away, by string, env Env) []StandInObstacle {
	found := map[StandInObstacle]bool{}
	p, listed := env.Directory.PersonByEntra(away)
	if !listed {
		return nil
	}
	for _, scope := range env.Directory.AllScopes() {
		roles := env.Directory.RolesIn(p.ID, scope)
		for i := range env.Ladder.Rungs {
			r := &env.Ladder.Rungs[i]
			if !slices.ContainsFunc(r.Respondents.RolesFor(scope.Agency), func(role directory.Role) bool { return slices.Contains(roles, role) }) {
				continue
			}
			next := env.Ladder.EscalationTarget(r)
			found[StandInMayRaise] = found[StandInMayRaise] || MayRaise(env.Ladder, by, scope, env)
			found[StandInIsNext] = found[StandInIsNext] || next != nil && !next.Respondents.MayRepeat && holdsAny(env, by, next.Respondents.RolesFor(scope.Agency), scope)
			found[StandInJudges] = found[StandInJudges] || r.JudgeRole() != directory.RoleChair && holdsAny(env, by, []directory.Role{r.JudgeRole()}, scope)
		}
	}
	return slices.DeleteFunc([]StandInObstacle{StandInMayRaise, StandInIsNext, StandInJudges}, func(o StandInObstacle) bool { return !found[o] })
}

// holdsAny reports whether a person holds one of the roles in their own right.
func holdsAny(env Env, id string, roles []directory.Role, scope directory.Scope) bool {
	return slices.ContainsFunc(roles, func(role directory.Role) bool {
		return slices.ContainsFunc(env.Directory.Seats(role, scope, env.Today()), func(s directory.Seat) bool { return s.Holder.Entra == id })
	})
}
