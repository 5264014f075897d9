package record

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/english"
)

// This file tells who was asked. A trail says what was queued when it was queued, and that
// Teams took it when Teams did: never that somebody was asked or told before that.

// describeQueued says for whom the question of a rung was queued. Whoever has no account
// here is asked by the one who has the card for them.
func (n *narrator) describeQueued(b challenge.RungOpened) string {
	var outside, asked []challenge.Party
	for _, p := range b.Respondents {
		if p.ID == "" {
			outside = append(outside, p)
		} else {
			asked = append(asked, p)
		}
	}
	askers := slices.DeleteFunc(slices.Clone(b.Responders), func(id string) bool {
		return slices.ContainsFunc(b.Respondents, func(p challenge.Party) bool { return p.ID == id })
	})
	var sentence string
	switch {
	case len(asked) > 0:
		sentence = "The question was queued for " + n.formatParties(asked)
		if len(outside) > 0 {
			sentence += "; " + n.formatParties(outside) + " cannot be sent it"
		}
	case len(outside) > 0:
		sentence = fmt.Sprintf("The question for %s, who cannot be sent it, was queued for %s", n.formatParties(outside), n.formatPeople(askers))
	default:
		sentence = "The question was queued for " + n.formatPeople(askers) + ", who asks whoever is to answer"
	}
	return sentence + "."
}

// formatPeople are people by name alone.
func (n *narrator) formatPeople(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = n.personName(id)
	}
	return english.JoinList(names)
}

// formatReminded are those who were asked, or all who may answer where the event has none.
func (n *narrator) formatReminded(opening int, b challenge.Reminded) string {
	if len(b.To) > 0 {
		return n.formatPeople(b.To)
	}
	if v := n.openings[opening]; len(v.Responders) > 0 {
		return n.formatPeople(v.Responders)
	}
	return "those who may answer"
}

// describeRedated says why a window was counted again, and whether a limit left less.
func (n *narrator) describeRedated(b challenge.Redated, rung string) (string, []Fact) {
	why := "Teams took the question of %s late, so its time was counted again: the answer is due by %s."
	switch b.Reason {
	case challenge.RedatedAskedAgain:
		return fmt.Sprintf("No answer had come to %s. The procedure sets no time for it, so it was asked for again; the next time is %s.", rung, n.formatDateTime(b.Deadline.Due)), nil
	case challenge.RedatedRefusedLate:
		why = "Teams had taken the question of %s for nobody and then refused it, so its time was counted again: the answer is due by %s."
	}
	what := fmt.Sprintf(why, rung, n.formatDateTime(b.Deadline.Due))
	if b.LimitPassed {
		what += " The limit of the whole challenge had passed before, so the shortest time that may be given was given."
	}
	return what, nonEmptyFacts(Fact{"How the date was counted", b.Explanation})
}

// describeCouldNotBeAsked says what stands still, and for whom the card waits.
func (n *narrator) describeCouldNotBeAsked(b challenge.CouldNotBeAsked, rung string) string {
	what := fmt.Sprintf("Nobody could be asked on %s: Teams has not taken the card for %s.", rung, n.formatPeople(b.Waiting))
	if b.DuePassed {
		return fmt.Sprintf("%s The time until %s has not ended in silence; it counts from when Teams takes the card.", what, n.formatDateTime(b.Due))
	}
	return what + " The time counts from when it does."
}

// describeInterrupted says when the bot could take no answer, and what became of the time.
func (n *narrator) describeInterrupted(b challenge.Interrupted, rung string) (string, []Fact) {
	what := fmt.Sprintf("The bot could take no answer from %s to %s.", n.formatDateTime(b.From), n.formatDateTime(b.To))
	switch {
	case b.ForRelease:
		what += fmt.Sprintf(" The time of %s, which ended meanwhile, stands still until those who oversee challenges let it run on.", rung)
	case b.Deadline.Date != 0:
		what += fmt.Sprintf(" The time of %s was made longer: the answer is due by %s.", rung, n.formatDateTime(b.Deadline.Due))
	case !b.OpensAt.IsZero():
		what += " The challenge goes on by itself at " + n.formatDateTime(b.OpensAt) + "."
	}
	return what, nonEmptyFacts(Fact{"How the date was counted", b.Explanation})
}

// describeRecounted says which dates moved with the calendar, and how the new one was counted.
func (n *narrator) describeRecounted(b challenge.Recounted, rung string) (string, []Fact) {
	what := "The calendar of working days had changed."
	switch {
	case b.Deadline.Date != 0:
		what += fmt.Sprintf(" The time of %s was counted again: the answer is due by %s instead of %s.", rung, n.formatDateTime(b.Deadline.Due), n.formatDateTime(b.Was))
	case !b.OpensAt.IsZero():
		what += fmt.Sprintf(" The challenge goes on by itself at %s instead of %s.", n.formatDateTime(b.OpensAt), n.formatDateTime(b.Was))
	}
	if b.LimitPassed {
		what += " The limit of the whole challenge had passed before, so the shortest time that may be given was given."
	}
	if !b.LimitDue.IsZero() {
		what += " The whole challenge is to end by " + n.formatDateTime(b.LimitDue) + "."
	}
	return what, nonEmptyFacts(Fact{"How the date was counted", b.Explanation}, Fact{"Calendar", b.Calendar})
}
