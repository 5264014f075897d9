package permission

// Facts are what decides the rights of one person over one challenge on one day.
type Facts struct {
	// Listed: the person stands in today's directory.
	Listed bool

	// The state of the challenge. At most one of the three is true, and all are false
	// when it has ended.
	AwaitsResponse  bool
	AwaitsJudgement bool
	// Waits: at a gate, or past the top of the ladder.
	Waits bool

	// Chair: raised the challenge. ChairStandIn: acts today for the one who did.
	Chair        bool
	ChairStandIn bool
	// Judge of the current opening, or the one who acts for them today.
	Judge        bool
	JudgeStandIn bool
	// Asked: may answer the opening that is current, or record the answer of somebody who
	// has no account here. Records: the latter.
	Asked   bool
	Records bool
	// Answered: the answer that waits for a verdict is theirs.
	Answered bool
	// EverAsked: was asked on any opening, in their own right or for somebody else.
	EverAsked bool
	// AnswersFor: acts today for somebody whose answer the challenge waits for.
	AnswersFor bool
	// GateParty: a gate that shuts now waits for them: as opener, as somebody consulted,
	// as a holder of that role today, or as the stand-in of one of these.
	GateParty bool
	// Involved: raised it, was asked, judged, was alerted or was needed at a gate, in their
	// own right, now or before.
	Involved bool
	// Acted: a step of the trail is theirs.
	Acted bool
	// Oversees: holds the oversight role for the team, its service, the agency or the
	// whole authority, or stands in for somebody who does.
	Oversees bool
	// Registers: the procedure lets their role find the challenge in the register, or they stand in
	// for somebody with that role.
	Registers bool
	// WritesNotes: the procedure leaves a note in another system to their role.
	WritesNotes bool
	// Urgent: the challenge is marked as one that cannot wait.
	Urgent bool
	// TakesFurther: the procedure lets their role take it to the next rung.
	TakesFurther bool
	// Refers: the procedure leaves a referral outside the authority to their role.
	Refers bool
	// ReferralPossible: the procedure allows the referral as the challenge stands.
	ReferralPossible bool
	// Shortens: the procedure lets their role ask for an answer sooner.
	Shortens bool
}

// Open reports whether the challenge has not ended.
func (f Facts) Open() bool { return f.AwaitsResponse || f.AwaitsJudgement || f.Waits }

// InEveryState are the facts with the state left out: the rights that follow are those
// which the person has in some state.
func (f Facts) InEveryState() Facts {
	f.AwaitsResponse, f.AwaitsJudgement, f.Waits, f.ReferralPossible, f.Urgent = true, true, true, true, true
	return f
}

// Rights are what a person may do to a challenge now.
type Rights struct {
	// Read the challenge with its trail.
	Read bool
	// FindInRegister lists it for them, open or ended, beside others.
	FindInRegister bool
	// Answer the question that is open.
	Answer bool
	// Replace their answer, which nobody has judged yet.
	Replace bool
	// KeepLate: what they send without being asked any more is kept on the record.
	KeepLate bool
	// RecordAsking that somebody without an account was asked by telephone or e-mail.
	RecordAsking bool
	// Judge the answer that waits for a verdict.
	Judge bool
	// Settle finds the matter settled without an answer that was judged.
	Settle bool
	// Withdraw, HandOff and Skip: end it, end it in favour of another procedure, go
	// straight to a higher rung. Move: to another team.
	Withdraw, HandOff, Skip, Move bool
	// Correct what was written when it was raised.
	Correct bool
	// WriteNotes in the systems that the procedure names, and say that they stand there.
	WriteNotes bool
	// AskToEnd asks the chair, with a reason, to end it.
	AskToEnd bool
	// NameSuccessor of a chair who has left.
	NameSuccessor bool
	// HandOver what waits for somebody else to their stand-in.
	HandOver bool
	// Release a window that stands still after a very long outage.
	Release bool
	// RemindNow has those who are asked reminded before the clock does.
	RemindNow bool
	// Acknowledge says that they have the question.
	Acknowledge bool
	// AskBack puts a question to whoever raised it; AnswerQuestion answers that.
	AskBack, AnswerQuestion bool
	// PassOn says whose the question is, who is then asked instead.
	PassOn bool
	// Escalate takes it to the next rung before the time ends.
	Escalate bool
	// LiftUrgency says that an urgent challenge can wait as long as others.
	LiftUrgency bool
	// Refer outside the authority.
	Refer bool
	// Shorten the time for the next answer.
	Shorten bool
	// Gates are what they may record of the gates that wait now or can be opened ahead, by
	// GateKey. A gate of which they may record nothing is not there.
	Gates map[string]GateRights
}

// GateKey names a gate among all gates of a ladder.
func GateKey(rung, gate string) string { return rung + "/" + gate }

// Decide gives the rights that follow from the facts.
func Decide(f Facts) Rights {
	if !f.Listed {
		return Rights{KeepLate: f.EverAsked}
	}
	impartial := !f.EverAsked
	chairs := f.Chair || f.ChairStandIn && impartial
	judges := (f.Judge || f.JudgeStandIn) && impartial
	r := Rights{
		Answer:         f.AwaitsResponse && (f.Asked || f.AnswersFor),
		Replace:        f.AwaitsJudgement && f.Answered,
		KeepLate:       f.EverAsked,
		RecordAsking:   f.AwaitsResponse && f.Records,
		Judge:          f.AwaitsJudgement && judges,
		Settle:         f.Waits && (chairs || judges) || f.AwaitsResponse && f.Chair,
		Withdraw:       f.Open() && f.Chair,
		HandOff:        f.Open() && f.Chair,
		Skip:           f.Open() && f.Chair,
		Move:           f.Open() && f.Chair,
		Correct:        f.Chair,
		AskToEnd:       f.Open() && f.Oversees && !f.Chair && impartial,
		NameSuccessor:  f.Open() && f.Oversees && impartial,
		HandOver:       f.Open() && f.Oversees && impartial,
		Release:        f.AwaitsResponse && f.Oversees && impartial,
		RemindNow:      f.AwaitsResponse && f.Chair && impartial,
		Acknowledge:    f.AwaitsResponse && f.Asked && !f.Records,
		PassOn:         f.AwaitsResponse && f.Asked && !f.Records,
		AskBack:        f.AwaitsResponse && f.Asked && !f.Records,
		AnswerQuestion: f.AwaitsResponse && f.Chair && impartial,
		Escalate:       (f.AwaitsResponse || f.AwaitsJudgement) && f.TakesFurther,
		LiftUrgency:    f.Open() && f.Chair && f.Urgent,
		Refer:          f.Refers && f.ReferralPossible,
		Shorten:        f.Open() && f.Shortens && impartial,
	}
	r.WriteNotes = f.Chair || f.WritesNotes
	r.FindInRegister = f.Chair || f.Oversees || f.Registers
	r.Read = hasPart(f) || r.FindInRegister || r.acts()
	return r
}

// hasPart: whoever has or had a part of their own in the challenge reads it, and whoever
// oversees it; everybody else only while there is something for them to do.
func hasPart(f Facts) bool {
	return f.Chair || f.Involved || f.Acted || f.Oversees || f.Asked || f.GateParty
}

// acts reports whether the person may do anything but read.
func (r Rights) acts() bool {
	return r.Answer || r.Replace || r.RecordAsking || r.Judge || r.Settle || r.Withdraw || r.HandOff || r.Skip || r.Move || r.AskToEnd ||
		r.NameSuccessor || r.HandOver || r.Release || r.RemindNow || r.Acknowledge || r.PassOn || r.AskBack || r.AnswerQuestion || r.Escalate || r.LiftUrgency || r.Refer || r.Shorten || r.Correct || r.WriteNotes
}

// GateFacts are what decides who may record what of one gate.
type GateFacts struct {
	// Opener and Consulted: the person is one, holds that role today, or acts for one.
	Opener, Consulted bool
	// StandIn: they are either of these only in the place of somebody else.
	StandIn bool
	// Cleared: the gate holds nothing any more. NotAgreed: it was recorded as refused.
	Cleared, NotAgreed bool
	// Refusable: the ladder asks for a view, so it can be that it is not agreed.
	Refusable bool
	// Overridable: the ladder lets the opener go on although it was not agreed.
	Overridable bool
}

// GateRights are what a person may record of a gate.
type GateRights struct{ Pass, NotAgreed, Override bool }

// Any reports whether there is anything the person may record.
func (r GateRights) Any() bool { return r.Pass || r.NotAgreed || r.Override }

// DecideGate gives the rights over one gate: its opener everything, somebody who was
// consulted their own view, and only the opener may go on although it was not agreed.
func DecideGate(f Facts, g GateFacts) GateRights {
	party := g.Opener || g.Consulted
	if !f.Listed || !party || g.StandIn && f.EverAsked || g.Cleared {
		return GateRights{}
	}
	return GateRights{
		Pass:      true,
		NotAgreed: !g.NotAgreed && g.Refusable,
		Override:  g.NotAgreed && g.Overridable && g.Opener,
	}
}

// RegisterFacts are what decides who may open the register as a page, and who its figures.
type RegisterFacts struct {
	// Listed: they are in the directory of today.
	Listed bool
	// Raises: they may raise challenges. HasRows: the register holds a challenge that they may find.
	Raises, HasRows bool
	// Oversees and Keeps: they oversee challenges somewhere, or keep or watch the register of a procedure.
	Oversees, Keeps bool
}

// MayOpenRegister reports whether somebody has a register at all. To whom it is nothing but empty,
// it is not shown.
func MayOpenRegister(f RegisterFacts) bool {
	return f.Listed && (f.Raises || f.HasRows || f.Oversees || f.Keeps)
}

// MayReadFigures reports whether somebody gets the figures of a period, of the challenges that they
// find in the register.
func MayReadFigures(f RegisterFacts) bool { return f.Listed && (f.Oversees || f.Keeps) }
