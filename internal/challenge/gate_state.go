package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// Hold is a challenge waiting at the gates of the rung it wants to enter.
type Hold struct {
	Rung  string      `json:"rung"`
	Since time.Time   `json:"since"`
	Cause Cause       `json:"why"`
	Gates []GateState `json:"gates"`
	// OpensAt is when an escalator's window ends and the gate opens by itself.
	OpensAt time.Time `json:"opens,omitzero"`
	// CountsFrom is when that window began; zero in a hold of an earlier version, which has Since.
	CountsFrom time.Time `json:"counts_from,omitzero"`
	// AskedIDs and RejectedFor are those for whom Teams took, or refused for good, the card of
	// the gates.
	AskedIDs    []string `json:"asked,omitempty"`
	RejectedFor []string `json:"refused,omitempty"`
	// NotAskedSince: an escalator could not be asked, and the gate does not open by itself until
	// one is.
	NotAskedSince time.Time `json:"not_asked_since,omitzero"`
}

// GateStatus is where one gate stands.
type GateStatus string

// Gate states. Overridden is a refusal that the chair went on against.
const (
	GateClosed     GateStatus = "closed"
	GatePassed     GateStatus = "passed"
	GateNotAgreed  GateStatus = "refused"
	GateOverridden GateStatus = "overridden"
)

// GateState is one gate of a rung and where it stands.
type GateState struct {
	Rung string `json:"rung"`
	Gate string `json:"gate"`
	// Needs is copied from the ladder: whether a refusal holds the challenge.
	Needs  ladder.Requirement `json:"needs"`
	Status GateStatus         `json:"status"`
	// Openers may record the gate; Consulted may record their own view.
	Openers   []Party `json:"openers,omitempty"`
	Consulted []Party `json:"consulted,omitempty"`
}

// ThresholdView is what somebody consulted on the threshold said.
type ThresholdView struct {
	Role   directory.Role `json:"role"`
	Status GateStatus     `json:"status"`
}

// IsCleared reports whether the gate no longer holds.
func (g GateState) IsCleared() bool {
	return g.Status == GatePassed || g.Status == GateOverridden || (g.Status == GateNotAgreed && g.Needs == ladder.TookPlace)
}

// nextAt is when the clock looks at a held challenge again: at the nudge, or when an
// escalator's time ends if that is sooner.
func (h *Hold) nextAt(nudge time.Time) time.Time {
	if h != nil && !h.OpensAt.IsZero() && h.OpensAt.Before(nudge) {
		return h.OpensAt
	}
	return nudge
}

// countsFrom is when the escalator's time began.
func (h *Hold) countsFrom() time.Time {
	if h.CountsFrom.IsZero() {
		return h.Since
	}
	return h.CountsFrom
}

// GoOnGateID is the gate that a rung with on_lapse: prompt puts before the next one. No
// gate of a file can have this id: those have no underscore.
const GoOnGateID = "go_on"

func hasGate(gates []GateState, id string) bool {
	return slices.ContainsFunc(gates, func(g GateState) bool { return g.Gate == id })
}

func isNotAgreed(gates []GateState, id string) bool {
	return slices.ContainsFunc(gates, func(g GateState) bool { return g.Gate == id && g.Status == GateNotAgreed })
}

func goOnGate(by directory.Role) ladder.Gate {
	return ladder.Gate{ID: GoOnGateID, Label: "Decide to go on", Kind: ladder.GateConfirm, OpenedBy: by, Needs: ladder.TookPlace}
}

// gatesBefore are the gates of a rung and of every skip that leads to it.
func gatesBefore(l *ladder.Ladder, r *ladder.Rung) []ladder.Gate {
	gates := r.Gates
	for _, sk := range l.Skips {
		if slices.Contains(sk.To, r.ID) {
			gates = slices.Concat(gates, sk.Gates)
		}
	}
	return gates
}

// FindGate finds a gate before a rung, be it the rung's own or a skip's.
func FindGate(l *ladder.Ladder, rung, id string) (ladder.Gate, bool) {
	r, ok := l.RungByID(rung)
	if !ok {
		return ladder.Gate{}, false
	}
	for _, g := range gatesBefore(l, r) {
		if g.ID == id {
			return g, true
		}
	}
	if id == GoOnGateID { // who opens it stands in the hold
		return goOnGate(directory.RoleChair), true
	}
	return ladder.Gate{}, false
}

// VacantGateRoles are the roles that a gate needs and that nobody held when it shut: whoever
// should open it, for whom the chair then stands, and whoever should be asked.
func VacantGateRoles(l *ladder.Ladder, st GateState) []directory.Role {
	g, ok := FindGate(l, st.Rung, st.Gate)
	if !ok {
		return nil
	}
	var out []directory.Role
	opens := func(p Party) bool { return p.Role == g.OpenerRole() }
	if g.OpenerRole() != directory.RoleChair && g.ID != GoOnGateID && !slices.ContainsFunc(st.Openers, opens) {
		out = append(out, g.OpenerRole())
	}
	if g.Consultee != "" && g.Consultee != g.OpenerRole() && len(st.Consulted) == 0 {
		out = append(out, g.Consultee)
	}
	return out
}
