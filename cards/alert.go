package cards

import (
	"fmt"

	"challengebot/internal/challenge"
)

// buildAlert tells those who are not asked that a rung opened, and how it ended.
func (b *builder) buildAlert() {
	if b.opening == nil {
		b.buildNotice()
		return
	}
	b.addHeading(b.cardTitle(b.opening.Rung))
	b.summary = fmt.Sprintf(b.words.Alert.Summary, b.Challenge.Ref)
	if b.isCurrent() && (b.awaitsAsking() || b.awaitsRelease()) {
		b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: b.describeState(), Bold: true}}})
	} else if b.isCurrent() && b.Challenge.State == challenge.StateAwaitingResponse {
		b.addDueDate(fmt.Sprintf(b.words.Alert.Intro, b.rungWord()) + b.describeState())
	} else {
		b.add(Container{Style: "emphasis", Items: []Element{TextBlock{Text: b.describeEnd(), Bold: true}}})
		b.final = !b.isCurrent() || b.opening.Outcome != challenge.OutcomeAnswered
	}
	if b.isCurrent() && b.Challenge.State == challenge.StateAwaitingResponse {
		b.addMeeting(b.opening.Rung)
	}
	b.addMatter()
	b.addSteps(b.thisRungTitle(), b.stepsOfOpening())
	b.addDetails(func() { b.addSteps(b.words.Label.EarlierSteps, b.stepsBeforeOpening()) })
	if b.addReferralSection() {
		b.final = false
		return
	}
	b.addSmallPrint(b.words.Common.RecordOnly)
}
