package challenge

import (
	"time"

	"challengebot/internal/workday"
)

// Raised starts the trail.
type Raised struct {
	Ref           string       `json:"ref"`
	Ladder        string       `json:"ladder"`
	LadderVersion int          `json:"ladder_version"`
	LadderHash    string       `json:"ladder_digest"`
	Calendar      string       `json:"calendar"`
	Details       Details      `json:"details"`
	LimitStart    workday.Date `json:"case_start,omitempty"`
	LimitDue      time.Time    `json:"case_due,omitzero"`
	// ShorterWindow is a shorter time asked for the first answer.
	ShorterWindow *ShorterWindow `json:"shorter,omitempty"`
	// Urgent as the chair chose.
	Urgent *Urgent `json:"urgent,omitempty"`
}

// KindRaised is stored.
const KindRaised EventKind = "raised"

// Kind of the event.
func (Raised) Kind() EventKind { return KindRaised }

func (b Raised) apply(c *Challenge, e Event) {
	c.Ref, c.Details, c.Chair, c.RaisedAt = b.Ref, b.Details, e.By, e.At
	c.Ladder, c.LadderVersion, c.LadderHash = b.Ladder, b.LadderVersion, b.LadderHash
	c.Calendar, c.LimitStart, c.LimitDue = b.Calendar, b.LimitStart, b.LimitDue
	c.ShorterWindow, c.Urgent = b.ShorterWindow, b.Urgent
}
