package story

import (
	"testing"

	"challengebot/internal/app"
	"challengebot/internal/workday"
)

// restartWithCalendar ends the program and starts it again with other working days.
func (s *stage) restartWithCalendar(change func(*app.CalendarConfig)) {
	s.t.Helper()
	config := app.CalendarConfig{Division: workday.EnglandAndWales}
	change(&config)
	c, err := config.BuildCalendar()
	if err != nil {
		s.t.Fatal(err)
	}
	s.restart(func() { s.Calendar = c })
}

func newHoliday(t *testing.T, day, name string) func(*app.CalendarConfig) {
	t.Helper()
	date, err := workday.ParseDate(day)
	if err != nil {
		t.Fatal(err)
	}
	return func(c *app.CalendarConfig) {
		c.ExtraHolidays = append(c.ExtraHolidays, workday.NamedDay{Date: date, Name: name})
	}
}

// A bank holiday is announced ten days before it, as for a state funeral, while an answer is
// awaited.
func TestABankHolidayAtTenDaysNoticeMovesTheDateOnTheCardsThatAreOpen(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	expectText(t, "Priya", r.asked[0], "Please answer by Wednesday 8 April 2026 at 17:00")

	s.restartWithCalendar(newHoliday(t, "2026-04-08", "State funeral"))
	expectText(t, "Priya", r.asked[0], "Please answer by Thursday 9 April 2026 at 17:00", "State funeral")
	expectNoText(t, "Priya", r.asked[0], "Please answer by Wednesday 8 April")
	s.maya.gets("Waiting for an answer from Priya Shah (Team Manager) by Thursday 9 April 2026 at 17:00.",
		"Stage 1: the calendar of working days has changed, so the time was counted again. "+
			"The answer is due on Thursday 9 April 2026 at 17:00 instead of Wednesday 8 April 2026 at 17:00.")
	s.expectNoNews()
	s.moveClock("Tue 31 Mar 2026 09:00")
	s.owen.gets(digestHeading, r.ref, "Date moved: from Wednesday 8 April 2026 at 17:00 to Thursday 9 April 2026 at 17:00, because the calendar of working days changed")
	s.moveClock("Wed 1 Apr 2026 09:00")
	s.owen.getsNothing()

	s.moveClock("Wed 8 Apr 2026 18:00") // the reminder of the working day before has come, and nothing else
	s.priya.gets("Reminder", "Thursday 9 April 2026 at 17:00")
	s.expectNoNews()
	s.moveClock("Thu 9 Apr 2026 17:00")
	s.priya.gets("Thursday 9 April 2026 at 17:00")
	s.maya.gets("Stage 1: no answer had come by Thursday 9 April 2026 at 17:00, so the time ended.")
	s.discardNews()
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Mon 30 Mar 10:00  challengebot: recounted stage-1",
		"Tue 7 Apr 09:00  challengebot: reminded stage-1",
		"Thu 9 Apr 09:00  challengebot: reminded stage-1",
		"Thu 9 Apr 17:00  challengebot: lapsed stage-1",
		"Thu 9 Apr 17:00  challengebot: held stage-2")
}

// One that is taken away again gives no time back: what somebody was told stays.
func TestAHolidayThatIsTakenAwayTakesNoTimeFromAnybody(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.restartWithCalendar(newHoliday(t, "2026-04-08", "State funeral"))
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	expectText(t, "Priya", r.asked[0], "Please answer by Thursday 9 April 2026 at 17:00")
	s.restartWithCalendar(func(*app.CalendarConfig) {})
	s.expectNoNews()
	expectText(t, "Priya", r.asked[0], "Please answer by Thursday 9 April 2026 at 17:00")
}
