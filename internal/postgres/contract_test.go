package postgres

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/localpg"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/storage/storagetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, newBackend)
}

func newBackend(t testing.TB) storagetest.Backend {
	dsn := localpg.NewTestDatabase(t, SchemaFingerprint(), Migrate)
	s := openStoreOn(t, dsn)
	return storagetest.Backend{
		Store: s,
		Open:  func() storagetest.Store { return openStoreOn(t, dsn) },
		Contents: func() memorystore.Contents {
			c, err := s.contents(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Verify: func() error {
			var first error
			sum, err := s.Verify(t.Context(), func(r VerifyResult) {
				if len(r.Problems) > 0 && first == nil {
					first = fmt.Errorf("%s: %+v", r.ID, r.Problems)
				}
			})
			if err == nil && !sum.IsIntact() {
				err = first
			}
			return err
		},
	}
}

// contents reads the rows that the contract looks at.
func (s *Store) contents(ctx context.Context) (memorystore.Contents, error) {
	var c memorystore.Contents
	var err error
	if c.Messages, err = queryRows(ctx, s, `SELECT id, kind, challenge_id, lane, card, visit, to_person, to_team, spec, created_at, attempts,
    coalesce(over_conversation, ''), coalesce(over_service_url, ''), coalesce(over_activity, ''), state, coalesce(posted, 0), not_before,
    coalesce(lease_owner, ''), lease_until, done_at, coalesce(last_status, 0), coalesce(last_code, ''), failing_since, copies FROM delivery ORDER BY id`, scanMessageRecord); err != nil {
		return c, err
	}
	if c.Posted, err = queryRows(ctx, s, `SELECT delivery_id, conversation_id, service_url, activity_id, version, content_hash, final, shown_at
FROM posted_card ORDER BY delivery_id`, func(row pgx.CollectableRow) (r memorystore.PostedRecord, err error) {
		err = row.Scan(&r.MessageID, &r.ConversationID, &r.ServiceURL, &r.ActivityID, &r.Version, &r.ContentHash, &r.Final, &r.ShownAt)
		r.ShownAt = r.ShownAt.UTC()
		return r, err
	}); err != nil {
		return c, err
	}
	if c.Attempts, err = queryRows(ctx, s, `SELECT delivery_id, n, owner, at, status, code, ambiguous FROM attempt ORDER BY delivery_id, n`,
		func(row pgx.CollectableRow) (r memorystore.AttemptRecord, err error) {
			err = row.Scan(&r.MessageID, &r.N, &r.Owner, &r.At, &r.StatusCode, &r.ErrorCode, &r.Ambiguous)
			r.At = r.At.UTC()
			return r, err
		}); err != nil {
		return c, err
	}
	c.Keys, err = queryRows(ctx, s, `SELECT key FROM receipt ORDER BY key`, pgx.RowTo[string])
	return c, err
}

func queryRows[T any](ctx context.Context, s *Store, sql string, scan pgx.RowToFunc[T]) ([]T, error) {
	rows, err := s.pool.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, scan)
	if len(all) == 0 {
		return nil, err
	}
	return all, err
}

func scanMessageRecord(row pgx.CollectableRow) (r memorystore.MessageRecord, err error) {
	var id *uuid.UUID
	var content []byte
	var leaseUntil, doneAt, failingSince *time.Time
	err = row.Scan(&r.ID, &r.Kind, &id, &r.OrderingKey, &r.Card, &r.Opening, &r.To.Person, &r.To.Team, &content, &r.CreatedAt, &r.Attempts,
		&r.Posted.ConversationID, &r.Posted.ServiceURL, &r.Posted.ActivityID, &r.State, &r.UpdatesID, &r.NotBefore,
		&r.LeaseOwner, &leaseUntil, &doneAt, &r.LastStatus, &r.LastCode, &failingSince, &r.Copies)
	if id != nil {
		r.ChallengeID = *id
	}
	for at, to := range map[*time.Time]*time.Time{leaseUntil: &r.LeaseUntil, doneAt: &r.DoneAt, failingSince: &r.FailingSince} {
		if at != nil {
			*to = at.UTC()
		}
	}
	r.Content, r.CreatedAt, r.NotBefore = content, r.CreatedAt.UTC(), r.NotBefore.UTC()
	return r, err
}

// TestTheStoreInMemoryCannotBeToldFromTheDatabase gives both the same random work.
func TestTheStoreInMemoryCannotBeToldFromTheDatabase(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			m, database := memorystore.New(), newBackend(t)
			var number atomic.Uint64 // the store in memory counts: so does this one here
			database.Store.(*Store).drawNumber = func() uint64 { return number.Add(1) }
			storagetest.RunTwins(t, seed, 150, database,
				storagetest.Backend{Store: m, Open: func() storagetest.Store { return m.Open() }, Contents: m.Contents, Verify: m.Verify})
		})
	}
}

// TestTheContractHasEveryMethod keeps a new method from being left out of the store in memory.
func TestTheContractHasEveryMethod(t *testing.T) {
	t.Parallel()
	databaseOnly := []string{"Verify", "ListSealedRows", "HashesAt", "LastSeqBefore", "CanChangeTrail", "ListRisks", "CheckSchema", "SilentFor", "FindRestore", "KeepPlace"} // about rows, tables and connections, which only a database has
	contract := reflect.TypeFor[storagetest.Store]()
	for m := range reflect.TypeFor[*Store]().Methods() {
		if _, ok := contract.MethodByName(m.Name); !ok && !slices.Contains(databaseOnly, m.Name) {
			t.Errorf("%s has no place in the contract", m.Name)
		}
	}
}
