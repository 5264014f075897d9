package challenge

import "challengebot/internal/directory"

// Task is what a challenge waits for from somebody. The empty one is an answer.
type Task string

// The tasks. Recording is that of whoever records the answer of somebody without an account.
const (
	TaskAnswer    Task = ""
	TaskRecording Task = "recording"
	TaskJudgement Task = "judgement"
	TaskGate      Task = "gate"
)

// Further tasks of which a gap may be.
const (
	// TaskChair: to be the chair, who alone ends a challenge.
	TaskChair Task = "chair"
	// TaskAsking: to put the challenge on a rung.
	TaskAsking Task = "asking"
	// TaskGoingOn: to go on at all.
	TaskGoingOn Task = "going_on"
)

// GapReason is why nobody is left for something that the challenge waits for.
type GapReason string

// The reasons.
const (
	// GapVacant: nobody holds the role, or nobody who may do it.
	GapVacant GapReason = "vacant"
	// GapConflict: all who hold the role have another part in the challenge.
	GapConflict GapReason = "conflict"
	// GapAway: whoever should do it is away, and nobody is left who stands in.
	GapAway GapReason = "away"
	// GapLeft: whoever should do it is not in the directory any more.
	GapLeft GapReason = "left"
	// GapPlace: the directory does not list the challenge's team or agency any more, so that
	// nobody can be asked.
	GapPlace GapReason = "place"
	// GapCalendar: the calendar of working days does not reach far enough for the next step.
	GapCalendar GapReason = "calendar"
)

// Gap is something for which nobody is left who could do it. Whoever oversees the challenge
// is told by role and name.
type Gap struct {
	Task Task           `json:"task,omitempty"`
	Gate string         `json:"gate,omitempty"`
	Role directory.Role `json:"role,omitempty"`
	// Name is who is not there.
	Name   string    `json:"name,omitempty"`
	Reason GapReason `json:"why"`
}
