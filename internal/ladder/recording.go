package ladder

import "challengebot/internal/directory"

// What a procedure wants beside its ladder: who is told, what is counted, what is
// said at the next conference.

// Alert tells somebody who does not answer that something happened. It carries a
// reference, never a child's details.
type Alert struct {
	OnEvents []string         `yaml:"on" json:"on"`                           // as Record.On
	Rungs    []string         `yaml:"rungs,omitempty" json:"rungs,omitempty"` // empty: every rung
	To       []directory.Role `yaml:"to" json:"to"`
	Source   string           `yaml:"source" json:"source"`
}

// RegisterReaders are the roles that keep or watch the register: they find the challenges under the
// ladder in it and read them, beside whoever raised one and who oversees it.
type RegisterReaders struct {
	Roles []directory.Role `yaml:"roles" json:"roles"`
	// From is the rung with whose first opening a challenge is in their register; empty: as soon as
	// it is raised.
	From   string `yaml:"from,omitempty" json:"from,omitempty"`
	Source string `yaml:"source" json:"source"`
}

// ThemeNote is the case-free note of a pattern that a chair sees.
type ThemeNote struct {
	To     directory.Role `yaml:"to" json:"to"`
	About  string         `yaml:"about,omitempty" json:"about,omitempty"`
	Source string         `yaml:"source" json:"source"`
}

// ConferenceList is what the chair tells the conference by word of mouth. The bot
// gives the chair a private list; it never posts it.
type ConferenceList struct {
	RaisedSinceLast bool   `yaml:"since_last" json:"since_last"`
	Intended        bool   `yaml:"intended" json:"intended"`
	Source          string `yaml:"source" json:"source"`
}

// Report is a regular report on the challenges under a ladder.
type Report struct {
	Every    string         `yaml:"every" json:"every"` // "quarter", "year"
	By       directory.Role `yaml:"by" json:"by"`
	To       string         `yaml:"to" json:"to"`
	Measures []string       `yaml:"measures" json:"measures"`
	Source   string         `yaml:"source" json:"source"`
}

// GoodPractice is something that a procedure wants, with where it says so.
type GoodPractice struct {
	About  string `yaml:"about" json:"about"`
	Source string `yaml:"source" json:"source"`
}

// RecordingRule is a note that the procedure wants in another system.
type RecordingRule struct {
	OnEvents []string       `yaml:"on" json:"on"` // raise, response, judgement, lapse, skip, close, any
	Author   directory.Role `yaml:"author" json:"author"`
	Rungs    []string       `yaml:"rungs,omitempty" json:"rungs,omitempty"`
	System   string         `yaml:"system" json:"system"`
	Location string         `yaml:"location,omitempty" json:"location,omitempty"`
	Template string         `yaml:"template,omitempty" json:"template,omitempty"`
	Parts    []NotePart     `yaml:"parts,omitempty" json:"parts,omitempty"`
	Mailbox  string         `yaml:"mailbox,omitempty" json:"mailbox,omitempty"`
	Source   string         `yaml:"source" json:"source"`
}

// NotePart is one part of a note.
type NotePart string

// The parts of a note, each under its name.
const (
	NoteConcern    NotePart = "concern"    // what is wrong, and what it rests on
	NoteQuery      NotePart = "query"      // what is wrong, and what is asked for
	NoteAction     NotePart = "action"     // what was done
	NoteResponse   NotePart = "response"   // the answer that counts
	NotePlan       NotePart = "plan"       // the agreed plan
	NoteDecision   NotePart = "decision"   // what was decided, and why
	NoteDifference NotePart = "difference" // what a difference of view is upheld on
	NoteOutcome    NotePart = "outcome"    // where the challenge then stands
)

// NoteParts are the parts of a note in their order.
func (r RecordingRule) NoteParts() []NotePart {
	if len(r.Parts) > 0 {
		return r.Parts
	}
	return []NotePart{NoteConcern, NoteAction, NoteResponse, NotePlan, NoteDecision, NoteOutcome}
}

// IsDocument reports whether what is to be kept is a document that goes by mail, and no note.
func (r RecordingRule) IsDocument() bool { return r.Mailbox != "" }

// Oversight is what the overseeing role is asked to watch.
type Oversight struct {
	Role          directory.Role `yaml:"role" json:"role"`
	ResolveBefore string         `yaml:"resolve_before,omitempty" json:"resolve_before,omitempty"`
	Source        string         `yaml:"source" json:"source"`
}
