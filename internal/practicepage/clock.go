package practicepage

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"challengebot/internal/workday"
)

func (p *Page) handleClock(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ctx, cancel := workContext(r)
	defer cancel()
	to, err := p.clockTarget(ctx, r.FormValue("by"))
	if err == nil {
		err = p.world.MoveClockTo(ctx, to)
	}
	if err != nil {
		p.reportError(err)
		p.flash = flash{"The clock could not be moved there.", true}
	}
	back := r.FormValue("back")
	if !strings.HasPrefix(back, "/chat/") && !strings.HasPrefix(back, "/channel/") && !strings.HasPrefix(back, "/audit") {
		back = "/"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// clockTarget is where a button of the clock leads.
func (p *Page) clockTarget(ctx context.Context, by string) (time.Time, error) {
	now := p.world.Clock.Now()
	switch by {
	case "hour":
		return now.Add(time.Hour), nil
	case "day":
		return nextWorkingDay(p.world.Calendar, now)
	case "due":
		due, ok, err := p.world.NextDue(ctx)
		if err != nil || !ok {
			return now, err
		}
		return due, nil
	}
	return now, errors.New("the clock has no such button")
}

// nextWorkingDay is the same time of the next working day.
func nextWorkingDay(calendar *workday.Calendar, now time.Time) (time.Time, error) {
	day, err := calendar.AddWorkingDays(calendar.DateOf(now), 1)
	if err != nil {
		return now, err
	}
	zone := calendar.Location()
	local, midnight := now.In(zone), day.Midnight(zone)
	return time.Date(midnight.Year(), midnight.Month(), midnight.Day(),
		local.Hour(), local.Minute(), local.Second(), 0, zone), nil
}
