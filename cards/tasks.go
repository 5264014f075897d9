package cards

import (
	"fmt"
	"strings"
	"time"

	"challengebot/internal/digest"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// TasksView is what waits for one person on a day.
type TasksView struct {
	digest.TaskList
	TeamNames map[string]string // names by id
	Now       time.Time
	Zone      *time.Location
	// Words are the reader's language; nil is English.
	Words *words.Catalogue
}

// RenderTasks is the morning's digest of somebody for whom challenges wait: what to do about each,
// the longest waiting first, with a button that posts its card below. It holds nothing about a
// child and nothing that anybody wrote.
func RenderTasks(v TasksView) Card {
	return renderWithinLimit(func(size sizeBudget) *builder {
		b := newBuilder(CardTasks, 0, View{Now: v.Now, Zone: v.Zone}, Options{Words: v.Words}, size)
		b.noRefresh, b.final = true, true
		all := len(v.Tasks) + v.More
		count := fmt.Sprintf(b.words.Tasks.Waiting, all)
		if all == 1 {
			count = b.words.Tasks.WaitingOne
		}
		day := b.words.FormatDate(workday.DateOf(v.Now.In(b.Zone)))
		b.summary = day + ": " + count
		b.addSmallPrint(strings.Join([]string{b.words.Tasks.Title, day}, " · "))
		b.addHeading(count)
		for _, task := range v.Tasks {
			b.addTask(v, task)
		}
		if v.More > 0 {
			b.add(TextBlock{Text: fmt.Sprintf(b.words.Tasks.More, v.More), Bold: true})
		}
		return b
	})
}

func (b *builder) addTask(v TasksView, t digest.Task) {
	c := &t.Challenge
	one := newBuilder(CardTasks, len(c.Openings), View{Challenge: *c, Ladder: t.Ladder, Now: v.Now, Zone: v.Zone}, Options{Words: b.words}, b.budget)
	place := strings.Join(nonEmpty(c.Ref, v.TeamNames[c.Details.Team], one.rungLabel(c.Rung)), " · ")
	if one.isUrgent() {
		place = b.words.Common.Urgent + ": " + place
	}
	items := []Element{TextBlock{Text: one.describeTask(t.Kind), Bold: true, Heading: true}, TextBlock{Text: place, Spacing: "Small"}}
	if t.Kind == digest.TaskEndsToday {
		items = append(items, TextBlock{Text: one.describeState(), Size: "Small", Subtle: true, Spacing: "Small"})
	} else if !t.Since.IsZero() {
		items = append(items, TextBlock{Text: fmt.Sprintf(b.words.Tasks.Since, one.formatDateTime(t.Since)), Size: "Small", Subtle: true, Spacing: "Small"})
	}
	b.add(Container{Separator: true, Items: items})
	b.addButtons(ExecuteButton{Title: fmt.Sprintf(b.words.MyChallenges.Open, c.Ref), Data: openBelowData(c)})
}

// describeTask is what to do, in a few words.
func (b *builder) describeTask(kind digest.TaskKind) string {
	switch kind {
	case digest.TaskJudge:
		return fmt.Sprintf(b.words.Tasks.Judge, b.Challenge.CurrentOpening().AnsweredBy.Name)
	case digest.TaskGate:
		return fmt.Sprintf(b.words.Tasks.Gate, b.rungLabel(b.Challenge.Rung), b.gateLabels(b.Challenge.Hold.Gates))
	case digest.TaskEnd:
		return fmt.Sprintf(b.words.Tasks.End, b.Challenge.EndRequest.By.Name)
	case digest.TaskStill:
		return b.words.Tasks.StandsStill
	case digest.TaskEndsToday:
		return b.words.Tasks.EndsToday
	}
	return b.words.Tasks.Decide
}
