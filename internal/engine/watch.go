package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/words"
)

// The watch is a loop and a connection of its own. It does not trust the other loops: it
// looks at what they should have done by now, and at when each was last done with a round.
// What it finds it says by itself: in the log, in the metrics, and to those who oversee
// challenges.

const (
	// overdueGrace is how far past its time a challenge may be before it is an alarm.
	overdueGrace = 2 * time.Minute
	// questionGrace is how long Teams may take for a card that asks somebody for an answer,
	// and messageGrace for any message.
	questionGrace = 30 * time.Minute
	messageGrace  = 10 * time.Minute
	// troubleGrace is how long something must have been wrong, by this machine's own time,
	// before it is said: a clock that was moved is not a deadline that was missed.
	troubleGrace = 10 * time.Second
	// calendarWarning is how long before the end of the calendar it is told of.
	calendarWarning = 60 // days
)

// How often the log says the same trouble again.
const (
	sayOften  = 5 * time.Minute
	sayHourly = time.Hour
)

// Fault is something that is wrong with the set-up of this instance, as the program that
// runs the engine tells it.
type Fault struct {
	Kind string // names it in idempotency keys
	// Err says for the log what is wrong and what to do.
	Err error
	// Tell, if set, is what those who oversee challenges are told, once a day.
	Tell func(*words.Catalogue) string
}

// ClockFault is the kind of fault by which nothing is decided: no window ends and no morning
// begins while it lasts.
const ClockFault = "clock"

// clockFault is why nothing may be decided by the clock now, if it is so.
func (e *Engine) clockFault() error {
	for _, f := range e.currentFaults() {
		if f.Kind == ClockFault {
			return f.Err
		}
	}
	return nil
}

// trouble is something that the watch has found.
type trouble struct {
	Fault
	attributes []any
	every      time.Duration
}

// watchState is what the watch remembers from one look to the next.
type watchState struct {
	mu    sync.Mutex
	since map[string]time.Time // when a trouble was first seen, by this machine's own time
	told  map[string]bool      // the keys under which somebody was told
}

// isNews reports whether nobody was told under that key by this instance.
func (s *watchState) isNews(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.told[key]
}

func (s *watchState) recordTold(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told == nil || len(s.told) >= maxThrottled {
		s.told = map[string]bool{} // the store remembers
	}
	s.told[key] = true
}

// CheckOverdue looks for work that the engine should have done and did not, and says so:
// one look, without waiting whether it passes.
func (e *Engine) CheckOverdue(ctx context.Context) error {
	o, err := e.measureBacklog(ctx)
	if err != nil {
		return err
	}
	if o.Challenges > 0 {
		e.Logger.Error(overdueText, "count", o.Challenges)
	}
	return nil
}

const overdueText = "challenges are past their time and nothing happened; see the errors before this one"

// runWatchRound is one look of the watch.
func (e *Engine) runWatchRound(ctx context.Context) error {
	found := e.findLoopTrouble()
	for _, f := range e.currentFaults() {
		found = append(found, trouble{Fault: f, every: sayHourly})
	}
	measureErr := e.measureClock(ctx)
	o, err := e.measureBacklog(ctx)
	if err == nil {
		found = append(found, findBacklogTrouble(o)...)
	}
	found = append(found, e.findCalendarTrouble()...)
	return errors.Join(measureErr, err, e.cry(ctx, e.watchState.lasting(found)))
}

func (e *Engine) measureClock(ctx context.Context) error {
	if e.MeasureClock == nil {
		return nil
	}
	return e.MeasureClock(ctx)
}

func (e *Engine) currentFaults() []Fault {
	if e.Faults == nil {
		return nil
	}
	return e.Faults()
}

func (e *Engine) measureBacklog(ctx context.Context) (storage.OverdueWork, error) {
	o, err := e.watchStore().CountOverdue(ctx, e.Now(), overdueGrace)
	if err != nil {
		return o, err
	}
	e.metrics.overdueChallenges.Set(float64(o.Challenges))
	e.metrics.setAsideChallenges.Set(float64(o.SetAside))
	e.metrics.pendingMessages.Set(float64(o.Messages))
	e.metrics.oldestPendingAge.Set(o.OldestMessage.Seconds())
	e.metrics.pendingQuestions.Set(float64(o.Questions))
	e.metrics.oldestQuestionAge.Set(o.OldestQuestion.Seconds())
	return o, nil
}

// findBacklogTrouble is what is wrong with the work that waits.
func findBacklogTrouble(o storage.OverdueWork) []trouble {
	var found []trouble
	if o.Challenges > 0 {
		found = append(found, trouble{
			Fault: Fault{Kind: "overdue", Err: errors.New(overdueText), Tell: func(w *words.Catalogue) string {
				return fmt.Sprintf(w.Watch.Overdue, o.Challenges)
			}},
			attributes: []any{"count", o.Challenges}, every: sayOften,
		})
	}
	if o.OldestQuestion > questionGrace {
		minutes := int(o.OldestQuestion.Minutes())
		found = append(found, trouble{
			Fault: Fault{Kind: "question", Err: errQuestionsWait, Tell: func(w *words.Catalogue) string {
				return fmt.Sprintf(w.Watch.QuestionsWait, o.Questions, minutes)
			}},
			attributes: []any{"count", o.Questions, "oldest_minutes", minutes}, every: sayHourly,
		})
	}
	if o.OldestMessage > messageGrace {
		found = append(found, trouble{
			Fault:      Fault{Kind: "message", Err: errMessagesWait},
			attributes: []any{"count", o.Messages, "oldest_minutes", int(o.OldestMessage.Minutes())}, every: sayHourly,
		})
	}
	return found
}

// What the log says of troubles that have nothing to name.
var (
	errQuestionsWait = errors.New("Teams has not taken cards that ask for an answer: nobody has been asked yet; " +
		"see the metrics of deliveries and the log before")
	errMessagesWait = errors.New("Teams does not take messages: they wait and are tried again")
	errLoopStands   = errors.New("a part of the engine has not been done with a round for too long; " +
		"see the errors before this one")
	errCalendarEnds = errors.New("the calendar of working days comes to its end; " +
		"install a newer version of the program, or set calendar.coverage_until")
)

// findLoopTrouble are the loops that have not been done with a round for too long.
func (e *Engine) findLoopTrouble() []trouble {
	var found []trouble
	for _, l := range e.loops {
		if age := l.age(); l.alarmAge > 0 && age > l.alarmAge {
			found = append(found, trouble{
				Fault:      Fault{Kind: "loop " + l.work, Err: errLoopStands},
				attributes: []any{"work", l.work, "seconds", int(age.Seconds())}, every: sayOften,
			})
		}
	}
	return found
}

// findCalendarTrouble tells when the calendar of working days comes to its end.
func (e *Engine) findCalendarTrouble() []trouble {
	_, until := e.Calendar.Coverage()
	if until > e.Calendar.DateOf(e.Now()).AddDays(calendarWarning) {
		return nil
	}
	return []trouble{{
		Fault: Fault{Kind: calendarKind, Err: errCalendarEnds, Tell: func(w *words.Catalogue) string {
			return fmt.Sprintf(w.Watch.CalendarEnds, w.FormatDate(until))
		}},
		attributes: []any{"until", until.String()}, every: 24 * time.Hour,
	}}
}

// calendarKind is told to chairs too, and once for each end of the calendar.
const calendarKind = "calendar"

// lasting remembers what was found and gives what has lasted.
func (s *watchState) lasting(found []trouble) []trouble {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := map[string]time.Time{}
	var lasting []trouble
	for _, t := range found {
		first, known := s.since[t.Kind]
		if !known {
			first = time.Now()
		}
		since[t.Kind] = first
		if time.Since(first) >= troubleGrace {
			lasting = append(lasting, t)
		}
	}
	s.since = since
	return lasting
}

// cry says what is wrong: in the log, again after a while, and once a day to those who
// oversee challenges.
func (e *Engine) cry(ctx context.Context, found []trouble) error {
	var faults error
	for _, t := range found {
		if e.failureLog.allowEvery(t.every, "watch: "+t.Kind, time.Now()) {
			e.Logger.ErrorContext(ctx, t.Err.Error(), t.attributes...)
		}
		if t.Tell == nil {
			continue
		}
		key, roles := "watch:"+t.Kind+":"+e.Calendar.DateOf(e.Now()).String(), []directory.Role{directory.RoleOversight}
		if t.Kind == calendarKind {
			_, until := e.Calendar.Coverage()
			key, roles = "watch:"+t.Kind+":"+until.String(), append(roles, directory.RoleChair)
		}
		faults = errors.Join(faults, e.tellRoles(ctx, key, roles, t.Tell))
	}
	return faults
}

// tellFunc is what somebody is told, in their language.
type tellFunc = func(*words.Catalogue) string

// tellRoles tells everybody who holds one of the roles anywhere, each once for the key.
func (e *Engine) tellRoles(ctx context.Context, key string, roles []directory.Role, tell tellFunc) error {
	d, today := e.Directory(), e.Calendar.DateOf(e.Now())
	scopes := []directory.Scope{{}}
	for _, t := range d.Teams() {
		scopes = append(scopes, directory.Scope{Team: t.ID})
	}
	var people []string
	for _, role := range roles {
		for _, scope := range scopes {
			for _, h := range d.ActingHolders(role, scope, today) {
				if h.Person.Entra != "" && !slices.Contains(people, h.Person.Entra) {
					people = append(people, h.Person.Entra)
				}
			}
		}
	}
	var faults error
	for _, person := range people {
		faults = errors.Join(faults, e.tellPerson(ctx, key, person, tell))
	}
	return faults
}

// tellPerson tells somebody something in their own language, once for the key.
func (e *Engine) tellPerson(ctx context.Context, key, person string, tell tellFunc) error {
	if key += ":" + person; !e.watchState.isNews(key) {
		return nil
	}
	text := tell(words.ForLanguage(e.Directory().LanguageOf(person)))
	err := e.watchStore().QueueDirectMessage(ctx, storage.IdempotencyKey{Value: key, At: e.Now()},
		outbox.DirectMessage{To: challenge.Address{Person: person}, Content: outbox.Content{Text: text}})
	if err == nil {
		e.watchState.recordTold(key)
	}
	return err
}
