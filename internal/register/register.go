// Package register finds what stands in somebody's register: the challenges, open and ended, that
// they raised, oversee or keep the register of.
//
// # Promise
//
//   - Chat and page ask the same question and get the same challenges in the same order, the one
//     raised last first.
//   - Package permission decides about each challenge, by the directory and the day that the caller
//     gives. The reach that the query carries only keeps the search small.
//   - What cannot be read is left out and said to be; everything else is found all the same.
package register

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/storage"
)

const (
	// batch is how many challenges are read at a time, and maxBatches how often, before the reader is
	// given what was found so far.
	batch      = 50
	maxBatches = 40
)

// Lists finds challenges in the store.
type Lists interface {
	ListRegister(ctx context.Context, q storage.RegisterQuery) ([]challenge.Snapshot, error)
}

// Reader is somebody who looks at the register.
type Reader struct {
	Lists Lists
	// Person is their Entra object id.
	Person string
	// Ladders are the procedures in use.
	Ladders []*ladder.Ladder
	// Env is the moment, its calendar and its directory; its ladder is not needed.
	Env challenge.Env
}

// Reach is what can be in somebody's register.
type Reach struct {
	storage.RegisterReach
	// Oversees and Keeps: they oversee challenges, or keep or watch the register of a procedure.
	Oversees, Keeps bool
}

// Page is a part of the register.
type Page struct {
	Rows []challenge.Snapshot
	// Next is the place after which the next page begins; the zero value when this is the last.
	Next storage.RegisterPlace
	// Unreadable is what could not be read and is left out; nil when nothing was.
	Unreadable error
}

// ReadPage reads as many challenges as a page has. Its error is one that kept it from reading at all.
func (r Reader) ReadPage(ctx context.Context, q storage.RegisterQuery, size int) (Page, error) {
	var p Page
	q.Limit = batch
	for range maxBatches {
		found, err := r.Lists.ListRegister(ctx, q)
		switch {
		case err == nil:
		case errors.Is(err, storage.ErrUnreadable) && !errors.Is(err, storage.ErrUnavailable):
			p.Unreadable = errors.Join(p.Unreadable, err)
		default:
			return p, err
		}
		if len(found) == 0 {
			return p, nil
		}
		for _, c := range found {
			if c.RightsOf(r.Person, r.Env).FindInRegister {
				if len(p.Rows) == size {
					p.Next = q.After
					return p, nil
				}
				p.Rows = append(p.Rows, c)
			}
			q.After = storage.RegisterPlace{RaisedAt: c.Challenge.RaisedAt, ID: c.Challenge.ID}
		}
	}
	p.Next = q.After
	return p, nil
}

// Reach is what can be in the reader's register today.
func (r Reader) Reach() Reach {
	var reach Reach
	reach.Chair = r.Person
	add := func(s directory.Scope) bool {
		isOver, isKeeper := r.acts(directory.RoleOversight, s), r.keepsAt(s)
		reach.Oversees, reach.Keeps = reach.Oversees || isOver, reach.Keeps || isKeeper
		return isOver || isKeeper
	}
	keepsOwnSide := r.keepsOnOwnSide()
	reach.Everything = add(directory.Scope{}) || keepsOwnSide
	reach.Keeps = reach.Keeps || keepsOwnSide
	for _, s := range r.Env.Directory.AllScopes() {
		switch {
		case !add(s):
		case s.Team != "":
			reach.Teams = append(reach.Teams, s.Team)
		default:
			reach.Agencies = append(reach.Agencies, s.Agency)
		}
	}
	return reach
}

// MayRaise reports whether the reader may raise a challenge under any procedure: then what they find
// can be their own.
func (r Reader) MayRaise() bool {
	scopes := append(r.Env.Directory.AllScopes(), directory.Scope{})
	return slices.ContainsFunc(r.Ladders, func(l *ladder.Ladder) bool {
		return slices.ContainsFunc(scopes, func(s directory.Scope) bool { return challenge.MayRaise(l, r.Person, s, r.Env) })
	})
}

func (r Reader) acts(role directory.Role, s directory.Scope) bool {
	return r.Env.Directory.MayActAtAnyLevel(r.Person, role, s, r.Env.Today())
}

// keepsAt reports whether the reader keeps the register of some procedure there.
func (r Reader) keepsAt(s directory.Scope) bool {
	return slices.ContainsFunc(r.Ladders, func(l *ladder.Ladder) bool {
		return l.Register != nil && slices.ContainsFunc(l.Register.Roles, func(role directory.Role) bool { return r.acts(role, s) })
	})
}

// keepsOnOwnSide reports whether the reader keeps the register of a procedure on the side of whoever
// raises a challenge, which may be anywhere.
func (r Reader) keepsOnOwnSide() bool {
	return slices.ContainsFunc(r.Ladders, func(l *ladder.Ladder) bool {
		return l.Register != nil && slices.ContainsFunc(l.Register.Roles, func(role directory.Role) bool {
			held, own := l.OwnSide[role]
			return own && slices.ContainsFunc(append(r.Env.Directory.AllScopes(), directory.Scope{}), func(s directory.Scope) bool { return r.acts(held, s) })
		})
	})
}

// FormatPlace is a place in the register as a button or a link carries it; "" for the first.
func FormatPlace(p storage.RegisterPlace) string {
	if p == (storage.RegisterPlace{}) {
		return ""
	}
	return fmt.Sprintf("%d.%s", p.RaisedAt.UnixMicro(), p.ID)
}

// ParsePlace reads it; what cannot be read is the first place.
func ParsePlace(s string) storage.RegisterPlace {
	micro, id, _ := strings.Cut(s, ".")
	at, err := strconv.ParseInt(micro, 10, 64)
	of, err2 := uuid.Parse(id)
	if err != nil || err2 != nil {
		return storage.RegisterPlace{}
	}
	return storage.RegisterPlace{RaisedAt: time.UnixMicro(at).UTC(), ID: of}
}
