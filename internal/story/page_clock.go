package story

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
		return p.world.nextWorkingDay(now)
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
func (w *World) nextWorkingDay(now time.Time) (time.Time, error) {
	day, err := w.Calendar.AddWorkingDays(w.Calendar.DateOf(now), 1)
	if err != nil {
		return now, err
	}
	local := now.In(w.Calendar.Location())
	midnight := day.Midnight(w.Calendar.Location())
	return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), local.Hour(), local.Minute(), local.Second(), 0, w.Calendar.Location()), nil
}

func today(w *World) workday.Date { return w.Calendar.DateOf(w.Clock.Now()) }
