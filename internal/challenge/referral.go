package challenge

import (
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Refer records an external referral.
type Refer struct{ Referral Referral }

func (cmd Refer) decide(tr *transition) error { return tr.recordReferral(cmd) }

// Referred records an external referral that a person made.
type Referred struct {
	Referral Referral `json:"referral"`
}

// KindReferred is stored.
const KindReferred EventKind = "referred"

// Kind of the event.
func (Referred) Kind() EventKind { return KindReferred }

func (Referred) apply(c *Challenge, _ Event) {
	c.ReferralCount++
}

// recordReferral records an external referral that a person made.
func (tr *transition) recordReferral(cmd Refer) error {
	x := tr.env.Ladder.ExternalReferral
	if x == nil {
		return newRefusal(CodeNotAllowed, sayNoReferral)
	}
	unsaid := x.OnlyLookedAfter && tr.c.Details.LookedAfterUnsaid
	if x.OnlyLookedAfter && !unsaid && !tr.c.Details.IsLookedAfter(tr.env.Ladder) {
		return newRefusal(CodeNotAllowed, sayOnlyLookedAfter, x.To)
	}
	if !tr.rightsInSomeState().Refer {
		return newRefusal(CodeNotYours, sayReferralRole, tr.env.Ladder.RoleLabel(x.ReferredBy), x.To)
	}
	if !x.AnyTime && tr.c.State != StateExhausted {
		return newRefusal(CodeNotAllowed, sayReferralAtTop, x.To, tr.env.Ladder.Words.Rung)
	}
	cmd.Referral.To, cmd.Referral.LookedAfter = x.To, unsaid && cmd.Referral.LookedAfter
	if err := validateReferral(&cmd.Referral, x, unsaid, tr.env); err != nil {
		return err
	}
	tr.emit(Referred(cmd), tr.c.Rung, len(tr.c.Openings))
	tr.postToRole(directory.RoleOversight, CardOversight)
	return nil
}

// Referral is an external referral as the person who made it records it.
type Referral struct {
	To        string                    `json:"to"`
	Informed  map[directory.Role]string `json:"informed,omitempty"`  // role: who and when
	Consulted map[directory.Role]string `json:"consulted,omitempty"` // role: who and when
	Contact   string                    `json:"contact"`             // the call: when, with whom
	On        workday.Date              `json:"on"`
	Note      string                    `json:"note,omitempty"`
	// LookedAfter says that the child is looked after, where the form that raised the challenge left
	// it open and the procedure refers those only.
	LookedAfter bool `json:"looked_after,omitempty"`
}

func validateReferral(r *Referral, x *ladder.ExternalReferral, unsaid bool, env Env) error {
	f := inputFaults{}
	if unsaid && !r.LookedAfter {
		f.add("looked_after", sayConfirmLookedAfter, x.To)
	}
	r.Contact = requiredText(f, "contact", sayCallWhen, r.Contact, maxText)
	r.Note = optionalText(f, "note", r.Note, maxText)
	r.Informed = validateRoleNotes(f, "informed_", sayInformedWho, r.Informed, x.InformBefore)
	r.Consulted = validateRoleNotes(f, "consulted_", sayConsultedWho, r.Consulted, x.Consult)
	if r.On == 0 {
		f.add("on", sayReferralDate)
	} else if r.On > env.Today() {
		f.add("on", sayDateInFuture)
	}
	if err := f.toRefusal(); err != nil {
		return err
	}
	return nil
}
