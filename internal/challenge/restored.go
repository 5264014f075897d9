package challenge

// RecordRestore records that the database was restored from a backup: what was done in the span
// is missing. Whatever waits is asked for again, since it may have been given then.
type RecordRestore struct{ Missing Outage }

func (cmd RecordRestore) decide(tr *transition) error {
	tr.recordRestore(cmd.Missing)
	return nil
}

// Restored is the event that the database was restored from a backup, and that what was done in
// the span may be missing from the trail.
type Restored struct {
	Missing Outage `json:"missing"`
	// Waited are the ids of those who were asked for something and may have given it.
	Waited []string `json:"waited,omitempty"`
}

// KindRestored is stored.
const KindRestored EventKind = "restored"

// Kind of the event.
func (Restored) Kind() EventKind { return KindRestored }

func (Restored) apply(*Challenge, Event) {}

// recordRestore says so in the trail of a challenge that is open, and sends those for whom it
// waits the card again that asks them. A card that Teams has not taken yet waits in its own
// place. That no silence counts is the clock's to see: the span is an outage to it.
func (tr *transition) recordRestore(missing Outage) {
	if !tr.c.State.IsOpen() {
		return
	}
	opening := tr.c.CurrentOpening()
	waiting := tr.c.WaitingFor()
	tr.emitBy(System, Restored{Missing: missing, Waited: waiting}, tr.c.Rung, len(tr.c.Openings))
	for _, id := range waiting {
		if tr.c.State == StateAwaitingResponse && !opening.TookQuestion(id) {
			continue
		}
		card, _ := tr.c.CardFor(id)
		tr.post(Address{Person: id}, card)
	}
	tr.by = System
	tr.tellChair()
}
