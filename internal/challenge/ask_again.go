package challenge

// hasNoLimit reports whether the ladder sets no time for the opening.
func (tr *transition) hasNoLimit(o *Opening) bool {
	rung, known := tr.env.Ladder.RungByID(o.Rung)
	return known && rung.HasNoLimit()
}

// askAgain asks those again who have not answered a question for which no time is set.
func (tr *transition) askAgain(o *Opening) error {
	tr.noteOutages(tr.c.NextAt)
	tr.applyHandovers(System, tr.planHandovers())
	rung, _ := tr.env.Ladder.RungByID(o.Rung)
	m, err := tr.findMoments(rung, tr.env.Now, tr.c.LimitStart)
	if err != nil {
		return calendarError(err)
	}
	d, _, err := tr.computeDeadline(rung, m)
	if err != nil {
		return calendarError(err)
	}
	tr.emit(Redated{Deadline: d, Explanation: explainNoLimit(tr.env, rung, d), Reason: RedatedAskedAgain}, o.Rung, o.Number)
	for _, id := range o.Responders {
		if o.TookQuestion(id) || o.wasRejectedFor(id) {
			tr.post(Address{Person: id}, CardReminder)
		}
	}
	return nil
}
