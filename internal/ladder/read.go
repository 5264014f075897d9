package ladder

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

// Read reads one ladder. The error is yamlfile.Problems and lists everything that
// makes the ladder unfit to run. What the file leaves out has its default filled in,
// so that the Ladder says in full what will happen.
func Read(name string, data []byte) (*Ladder, error) {
	l, _, problems := readAndValidate(name, data)
	if len(problems) > 0 {
		return nil, problems
	}
	return l, nil
}

// readAndValidate is Read, and gives lint the ladder and the places in its file too. The
// ladder is nil when the file did not even have the shape of one.
func readAndValidate(name string, data []byte) (*Ladder, *yamlfile.File, yamlfile.Problems) {
	var l Ladder
	file, err := yamlfile.Read(name, data, &l)
	if err != nil {
		problems := yamlfile.ProblemsOf(err)
		if problems == nil {
			problems = yamlfile.Problems{{File: name, What: err.Error()}}
		}
		return nil, file, problems
	}
	c := &validator{file: file, l: &l}
	l.setDefaults()
	c.validateLadder()
	c.problems.Sort()
	return &l, file, c.problems
}

// setDefaults fills in what a file may leave unsaid.
func (l *Ladder) setDefaults() {
	l.Direction = valueOr(l.Direction, ChairToService)
	l.OverallLimit.Starts = valueOr(l.OverallLimit.Starts, LimitFromRaise)
	for i := range l.Subjects {
		s := &l.Subjects[i]
		s.Date = valueOr(s.Date, DateRequired)
		if s.Plan == "" && len(l.Plans) > 0 {
			s.Plan = l.Plans[0]
		}
	}
	for i := range l.Rungs {
		r := &l.Rungs[i]
		r.AskedBy = valueOr(r.AskedBy, directory.RoleChair)
		r.Judge = valueOr(r.Judge, directory.RoleChair)
		r.WindowOwner = valueOr(r.WindowOwner, OwnerRespondent)
		lapse, from := EscalateOnLapse, WindowFromReceipt
		if r.Kind == RungExceptional {
			lapse = PromptOnLapse // no rung is above it
		}
		if r.Window != nil && r.Window.Unit == workday.WeekBand {
			from = WindowFromLimitStart
		}
		r.OnLapse, r.WindowStart = valueOr(r.OnLapse, lapse), valueOr(r.WindowStart, from)
		setGateDefaults(r.Gates)
	}
	for i := range l.Skips {
		setGateDefaults(l.Skips[i].Gates)
	}
}

func setGateDefaults(gates []Gate) {
	for i := range gates {
		gates[i].OpenedBy = valueOr(gates[i].OpenedBy, directory.RoleChair)
		gates[i].Needs = valueOr(gates[i].Needs, TookPlace)
	}
}

func valueOr[T ~string](value, otherwise T) T {
	if value == "" {
		return otherwise
	}
	return value
}

// ErrNotALadder says that stored text does not hold a ladder.
var ErrNotALadder = errors.New("ladder: the stored text does not hold a ladder")

// JSON is the ladder as a challenge keeps it. The same ladder gives the same bytes:
// fields keep their order and the keys of maps are sorted.
func (l *Ladder) JSON() ([]byte, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("ladder: %s: writing it as JSON: %w", l.ID, err)
	}
	return text, nil
}

// FromJSON reads what JSON wrote. It does not ask again whether the ladder is fit
// to run: a running challenge keeps the ladder it started under, even if rules have
// become stricter since. Text that it cannot read wholly is refused.
func FromJSON(text []byte) (*Ladder, error) {
	var l Ladder
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotALadder, err)
	}
	if d.More() || l.ID == "" || l.FirstRung() == nil {
		return nil, ErrNotALadder
	}
	return &l, nil
}

// Hash names exactly this text of a ladder: the first 16 hexadecimal digits of
// the SHA-256 of its JSON.
func (l *Ladder) Hash() string {
	text, err := l.JSON()
	if err != nil {
		panic(err) // a Ladder holds only text, numbers and windows, which always marshal
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:16]
}
