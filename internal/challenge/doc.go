// Package challenge is the domain: what a challenge is, what may happen to it,
// and what everybody must be shown when something did.
//
// The states, and everything that moves a challenge between them:
//
//	(none)              --raise-->          awaiting_response
//	(none)              --raise-->          held_at_gate
//	(none)              --raise-->          exhausted
//	(none)              --raise-->          handed_off
//	awaiting_response   --respond-->        awaiting_judgement
//	awaiting_response   --lapse-->          awaiting_response
//	awaiting_response   --lapse-->          held_at_gate
//	awaiting_response   --lapse-->          exhausted
//	awaiting_response   --skip-->           awaiting_response
//	awaiting_response   --skip-->           held_at_gate
//	awaiting_response   --skip-->           exhausted
//	awaiting_response   --satisfied-->      resolved
//	awaiting_judgement  --replace-->        awaiting_judgement
//	awaiting_judgement  --satisfied-->      resolved
//	awaiting_judgement  --partly-->         awaiting_response
//	awaiting_judgement  --partly-->         held_at_gate
//	awaiting_judgement  --partly-->         exhausted
//	awaiting_judgement  --not satisfied-->  awaiting_response
//	awaiting_judgement  --not satisfied-->  held_at_gate
//	awaiting_judgement  --not satisfied-->  exhausted
//	awaiting_judgement  --not satisfied-->  handed_off
//	awaiting_judgement  --skip-->           awaiting_response
//	awaiting_judgement  --skip-->           held_at_gate
//	awaiting_judgement  --skip-->           exhausted
//	held_at_gate        --gate passed-->    awaiting_response
//	held_at_gate        --gate passed-->    held_at_gate
//	held_at_gate        --gate passed-->    exhausted
//	held_at_gate        --skip-->           awaiting_response
//	held_at_gate        --skip-->           held_at_gate
//	held_at_gate        --skip-->           exhausted
//	held_at_gate        --satisfied-->      resolved
//	exhausted           --satisfied-->      resolved
//	any open state      --withdraw-->       withdrawn
//	any open state      --hand off-->       handed_off
//
// An open state is any but resolved, withdrawn and handed_off. TestPicture holds
// this drawing against the code.
//
// A transition is a pure function of the challenge, a command, who gives it and
// an Env (time, calendar, ladder, directory); it returns a Change: the next
// challenge, its events, already chained by hash, and what must be posted to
// whom. The next challenge is always the fold of its events, so replaying the
// audit trail gives the current row, or the trail was tampered with.
//
// Package simulation plays a ladder by these very transitions, for people who write one.
//
// The files stand in an order, from values by what a challenge is and how a transition goes to
// one file for each thing that may happen; each uses only those before it. The order, with its
// headings, is in internal/file_order_test.go.
//
// What may fail: a command that does not fit is answered by a *Refusal, whose
// sentence is for the person who gave it; nothing has changed then. What still
// holds: text that a person typed into a card that had moved on is kept as an
// event; no window ends in silence before Teams has taken the question for somebody who
// may answer it, or refused it for all of them for good; no rung's window is longer than
// its ladder says, counted from then; no gate opens by itself, except an escalator's whose
// time ran out and who was asked; a challenge is never referred outside the authority by
// anything but a person.
package challenge
