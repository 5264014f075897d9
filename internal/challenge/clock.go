package challenge

// Tick lets the clock do the one thing that is due now, if anything is.
type Tick struct{}

func (Tick) decide(tr *transition) error { return tr.tick() }

// tick does the one thing that is due: the end of a window before a reminder of
// it. A challenge for which nothing is due is left as it is.
func (tr *transition) tick() error {
	if tr.c.NextAt.IsZero() || tr.env.Now.Before(tr.c.NextAt) {
		return nil
	}
	tr.by = System
	before := *tr
	err := tr.doWhatIsDue()
	if err != nil {
		*tr = before
		return tr.holdClock(err)
	}
	return nil
}

func (tr *transition) doWhatIsDue() error {
	switch tr.c.State {
	case StateAwaitingResponse:
		return tr.tickOpening()
	case StateHeldAtGate:
		switch h := tr.c.Hold; {
		case !h.NotAskedSince.IsZero() && !h.AwaitsAsking():
			return tr.recountEscalator()
		case h.OpensAt.IsZero() || tr.env.Now.Before(h.OpensAt):
			return tr.nudgeAgain(tr.gateNudgeDays(h.Rung, h.Gates))
		case h.AwaitsAsking():
			return tr.holdEscalator()
		default:
			if done, err := tr.prolongEscalator(); done || err != nil {
				return err
			}
			return tr.openEscalatorGates()
		}
	case StateAwaitingJudgement:
		return tr.nudgeAgain(judgeNudgeDays)
	case StateExhausted:
		return tr.nudgeAgain(exhaustedNudgeDays)
	}
	return nil
}

// tickOpening does what is due while an answer is awaited.
func (tr *transition) tickOpening() error {
	o := tr.c.CurrentOpening()
	isOver := !tr.env.Now.Before(o.Deadline.Due)
	switch {
	case o.AwaitsAsking():
		return tr.holdForAsking(o, isOver)
	case !o.NotAskedSince.IsZero():
		return tr.countFromNow(o)
	case !o.AwaitsReleaseSince.IsZero():
		return tr.nudgeAgain(exhaustedNudgeDays)
	case !isOver && !o.AcknowledgeBy.IsZero() && !tr.env.Now.Before(o.AcknowledgeBy):
		return tr.noteUnacknowledged(o)
	case isOver && tr.hasNoLimit(o):
		return tr.askAgain(o)
	case isOver:
		return tr.endWindow(o)
	default:
		return tr.sendReminder()
	}
}
