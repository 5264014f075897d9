package command

import (
	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/words"
	"challengebot/internal/workday"
	"strconv"
	"strings"
)

// Inputs are those of one command, by id. What can be read is put in order, so that a card that
// comes back shows a date as the date that was understood; what cannot stays as typed and is
// noted in Unread.
type Inputs struct {
	Values map[string]string
	Days   words.Days
	Unread challenge.Unread
}

// NewInputs begins to read inputs. Days say what a date is written against.
func NewInputs(values map[string]string, days words.Days) *Inputs {
	return &Inputs{Values: values, Days: days, Unread: challenge.Unread{}}
}

// Text is what stands in an input.
func (in *Inputs) Text(id string) string { return in.Values[id] }

// Date reads the date in an input. 0 is none, or one that cannot be read.
func (in *Inputs) Date(id string, lies words.Side) workday.Date {
	typed := strings.TrimSpace(in.Values[id])
	if typed == "" {
		return 0
	}
	days := in.Days
	days.Lies = lies
	d, ok := words.ReadDate(typed, days)
	if !ok {
		in.Unread[id] = challenge.SayGiveDate
		return 0
	}
	in.Values[id] = d.String()
	return d
}

// readFields puts the dates among a form's own fields in order. The domain checks them.
func (in *Inputs) readFields(fields []ladder.Field) {
	for _, f := range fields {
		if f.Kind != ladder.FieldDate {
			continue
		}
		if f.PastOnly {
			in.Date(f.ID, words.Behind)
		} else {
			in.Date(f.ID, words.Either)
		}
	}
}

// ShorterWindow reads a request for a shorter time. What is no number of days is
// refused by the domain's check, at the input.
func (in *Inputs) ShorterWindow() *challenge.ShorterWindow {
	days, reason := strings.TrimSpace(in.Text(cards.FieldShorterDays)), strings.TrimSpace(in.Text(cards.FieldShorterReason))
	if days == "" && reason == "" {
		return nil
	}
	n, err := strconv.Atoi(days)
	if err != nil {
		n = 0
	}
	return &challenge.ShorterWindow{Days: n, Reason: reason}
}
