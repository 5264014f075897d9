package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/english"
	"challengebot/internal/postgres"
	"challengebot/internal/record"
	"challengebot/internal/safetext"
	"challengebot/internal/storage"
)

type auditCommand struct {
	Show    auditShow    `cmd:"" help:"Tell the trail of one challenge, step by step."`
	Verify  auditVerify  `cmd:"" help:"Replay every trail and compare it with what is stored, and with a seal."`
	Bundle  auditBundle  `cmd:"" help:"Put the evidence of one challenge into one file that anybody can check."`
	Seal    auditSeal    `cmd:"" help:"Sign the heads of all trails, so that nothing before can be changed unseen."`
	SealKey auditSealKey `cmd:"" help:"Make a key for seals."`
}

type auditShow struct {
	Ref       string `arg:"" name:"reference" help:"The challenge, e.g. CH-7K3QX2."`
	Directory string `placeholder:"FILE" help:"The directory of people and teams, for the names of teams."`
	JSON      bool   `name:"json" help:"The events as they are stored."`
}

// storedEvent is an event as it stands in the database.
type storedEvent struct {
	Seq     int                 `json:"seq"`
	At      time.Time           `json:"at"`
	By      challenge.Person    `json:"by"`
	Kind    challenge.EventKind `json:"kind"`
	Rung    string              `json:"rung,omitempty"`
	Opening int                 `json:"visit,omitempty"`
	Data    json.RawMessage     `json:"data"`
	Prev    challenge.Hash      `json:"prev"`
	Hash    challenge.Hash      `json:"hash"`
}

// Run prints one trail, in sentences or as stored. A trail that does not hold is
// printed all the same, and then said to be broken.
func (c *auditShow) Run(p *program) error {
	ref, ok := challenge.ParseReference(c.Ref)
	if !ok {
		return fmt.Errorf("%w: %q is no reference; one looks like CH-7K3QX2", errUsage, c.Ref)
	}
	names, err := c.loadNames()
	if err != nil {
		return err
	}
	store, err := p.openStore()
	if err != nil {
		return err
	}
	defer store.Close()
	found, err := store.Load(p.ctx, storage.LookupKey{Ref: ref})
	if errors.Is(err, storage.ErrNotFound) {
		return fmt.Errorf("there is no challenge %s in this database; check it letter by letter", ref)
	}
	if err != nil {
		return err
	}
	_, chainErr := challenge.Replay(found.Challenge.ID, found.History)
	if c.JSON {
		if err := p.writeJSON(storedEvents(found.History)); err != nil {
			return err
		}
	} else {
		zone, err := time.LoadLocation("Europe/London")
		if err != nil {
			return fmt.Errorf("the time zone Europe/London is not known on this machine: %w", err)
		}
		p.printf("%s", record.FormatText(found, record.Timeline(found, names, zone)))
	}
	if chainErr != nil {
		return fmt.Errorf("the chain of %s is broken: %w", ref, chainErr)
	}
	if !c.JSON {
		p.printf("\nchain verified: %s, head %s\n", english.Count(len(found.History), "event"), found.Challenge.Head)
	}
	return nil
}

func (c *auditShow) loadNames() (record.NameLookup, error) {
	if c.Directory == "" {
		return record.NameLookup{}, nil
	}
	people, err := readDirectory(c.Directory)
	if err != nil {
		return record.NameLookup{}, err
	}
	return record.NameLookup{
		TeamName:   func(id string) string { t, _ := people.TeamByID(id); return t.Name },
		PersonName: func(entra string) string { q, _ := people.PersonByEntra(entra); return q.Name },
	}, nil
}

func readDirectory(file string) (*directory.Directory, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the directory cannot be read: %w", err)
	}
	return directory.Read(file, text)
}

func storedEvents(history []challenge.Event) []storedEvent {
	out := make([]storedEvent, 0, len(history))
	for _, e := range history {
		out = append(out, storedEvent{Seq: e.Seq, At: e.At, By: e.By, Kind: e.Body.Kind(), Rung: e.Rung, Opening: e.Opening,
			Data: e.Data, Prev: e.Prev, Hash: e.Hash})
	}
	return out
}

type auditVerify struct {
	Seal      string `placeholder:"FILE" and:"seal" help:"A seal from before: what does not fit it is named."`
	PublicKey string `placeholder:"HEX" and:"seal" help:"The public key of the seal, from where the database's owner cannot change it."`
	JSON      bool   `name:"json" help:"Print what was found as JSON."`
}

// verifyReport is what verify says to a machine.
type verifyReport struct {
	Intact        bool `json:"intact"`
	Chains        int  `json:"chains"`
	Events        int  `json:"events"`
	Broken        int  `json:"broken"`
	Newer         int  `json:"newer"`
	BrokenLadders int  `json:"broken_ladders"`
	// Conversations and messages that the keys say the program did not write.
	ForeignConversations []string       `json:"foreign_conversations,omitempty"`
	ForeignMessages      []int64        `json:"foreign_messages,omitempty"`
	LooseRows            []string       `json:"loose_rows,omitempty"` // each with what is wrong
	Problems             []chainProblem `json:"problems"`
}

// chainProblem is the first thing that is broken of one trail.
type chainProblem struct {
	Challenge string `json:"challenge"`
	Event     int    `json:"event,omitempty"`
	What      string `json:"what"`
}

// Run replays every trail. The first thing that is broken is told of each.
func (c *auditVerify) Run(p *program) error {
	if c.JSON && c.Seal != "" {
		return fmt.Errorf("%w: what a seal says is for people: give --seal or --json", errUsage)
	}
	store, err := p.openStore()
	if err != nil {
		return err
	}
	defer store.Close()
	report := verifyReport{Problems: []chainProblem{}}
	sum, err := store.Verify(p.ctx, func(r postgres.VerifyResult) {
		if len(r.Problems) == 0 {
			return
		}
		name := r.Ref
		if name == "" {
			name = "the trail of the missing challenge " + r.ID.String()
		}
		if first := r.Problems[0]; c.JSON {
			report.Problems = append(report.Problems, chainProblem{name, first.Seq, first.What})
		} else if first.Seq > 0 {
			p.printf("%s: event %d: %s\n", name, first.Seq, first.What)
		} else {
			p.printf("%s: %s\n", name, first.What)
		}
	})
	if err != nil {
		return err
	}
	if c.JSON {
		report.Intact, report.Chains, report.Events = sum.IsIntact() && sum.Newer == 0, sum.Challenges, sum.Events
		report.Broken, report.Newer, report.BrokenLadders = sum.Broken, sum.Newer, len(sum.BrokenLadders)
		report.ForeignConversations, report.ForeignMessages = sum.ForeignConversations, sum.ForeignMessages
		for _, row := range sum.LooseRows {
			report.LooseRows = append(report.LooseRows, row.String())
		}
		if err := p.writeJSON(report); err != nil || report.Intact {
			return err
		}
		return reportedError{exitWrong}
	}
	for _, hash := range sum.BrokenLadders {
		p.printf("the stored ladder %s is not the one that its name says\n", hash)
	}
	for _, key := range sum.ForeignConversations {
		p.printf("where messages for %s go was not written by the program: it is not used\n", key)
	}
	for _, id := range sum.ForeignMessages {
		p.printf("message %d in the bot's name was not written by the program\n", id)
	}
	for _, row := range sum.LooseRows {
		p.printf("%s\n", row)
	}
	if !sum.IsIntact() {
		broken := fmt.Errorf("%d of %s, %d stored ladders, %d conversations, %d messages and %d other rows do not hold: keep this database as it is and compare it with a backup",
			sum.Broken, english.Count(sum.Challenges, "chain"), len(sum.BrokenLadders), len(sum.ForeignConversations), len(sum.ForeignMessages), len(sum.LooseRows))
		if c.Seal != "" {
			broken = errors.Join(broken, c.compareWithSeal(p, store))
		}
		return broken
	}
	if sum.Newer > 0 {
		return fmt.Errorf("%d of %s have steps that a newer version of the program wrote. Nothing speaks of tampering: verify them with that version",
			sum.Newer, english.Count(sum.Challenges, "chain"))
	}
	p.printf("%s verified, %s\n", english.Count(sum.Challenges, "chain"), english.Count(sum.Events, "event"))
	if c.Seal != "" {
		return c.compareWithSeal(p, store)
	}
	return nil
}

// openStore opens the database that DATABASE_URL names, if its tables are there.
func (p *program) openStore() (*postgres.Store, error) {
	store, err := p.openDatabase()
	if err != nil {
		return nil, err
	}
	if err := store.CheckSchema(p.ctx); err != nil {
		store.Close()
		return nil, err
	}
	return store, nil
}

// openDatabase opens the database that DATABASE_URL names, whatever is in it.
func (p *program) openDatabase() (*postgres.Store, error) {
	dsn := p.env(envDatabase)
	if dsn == "" {
		return nil, errNoDatabase
	}
	keys, err := p.readEventKeys()
	if err != nil {
		return nil, err
	}
	return postgres.Open(p.ctx, dsn, postgres.Options{MaxConns: 4, Instance: "a command", EventKeys: keys})
}

func (p *program) readEventKeys() (postgres.EventKeys, error) {
	keys, err := postgres.ParseEventKeys(p.env(envEventKeys))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", envEventKeys, err)
	}
	return keys, nil
}

func (p *program) writeJSON(v any) error { return writeJSON(p.stdout, v) }

// writeJSON writes a document that means the same to a machine and shows all of itself on a
// terminal.
func writeJSON(w io.Writer, v any) error {
	var document bytes.Buffer
	e := json.NewEncoder(&document)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(safetext.EscapeJSON(document.Bytes()))
	return err
}
