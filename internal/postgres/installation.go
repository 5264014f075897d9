package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// failoverGrace is how old the last sign of life may be on another timeline of the same cluster for
// a failover, after which the bot went on, and none for a recovery to a point in time.
const failoverGrace = 2 * time.Minute

const (
	readPlaceSQL = `SELECT format('%s/%s/%s', (SELECT system_identifier FROM pg_control_system()), d.oid, 'challenge'::regclass::oid),
    (SELECT timeline_id FROM pg_control_checkpoint())
FROM pg_database d WHERE d.datname = current_database()`
	// Where the login may not ask about the cluster, a copy in another one is known by its tables alone.
	readOwnPlaceSQL = `SELECT format('?/%s/%s', d.oid, 'challenge'::regclass::oid), 0 FROM pg_database d WHERE d.datname = current_database()`

	findRestoreSQL = `WITH seen AS (
    SELECT max(seen_at) AS at, max(checked_at) > clock_timestamp() - $3::interval AS recent FROM heartbeat
), first AS (
    INSERT INTO installation (place, timeline) VALUES ($1, $2) ON CONFLICT DO NOTHING
)
UPDATE installation i SET missing_from = coalesce(i.missing_from, seen.at) FROM seen
WHERE i.place <> $1 OR i.timeline <> $2 AND NOT seen.recent OR i.missing_from IS NOT NULL
RETURNING i.missing_from`
	keepPlaceSQL = `INSERT INTO installation (place, timeline) VALUES ($1, $2)
ON CONFLICT (only_one) DO UPDATE SET place = excluded.place, timeline = excluded.timeline, missing_from = NULL`
)

func (s *Store) readPlace(ctx context.Context) (place string, timeline int64, err error) {
	err = s.db.QueryRow(ctx, readPlaceSQL).Scan(&place, &timeline)
	if sqlState(err) == insufficientPrivilege {
		err = s.db.QueryRow(ctx, readOwnPlaceSQL).Scan(&place, &timeline)
	}
	return place, timeline, wrapError("read where the database stands", err)
}

// FindRestore reports whether this database is a copy, restored from a backup, of the one that a
// bot worked on, and the last sign of life that it carries: from then on something may be missing.
// It says so until KeepPlace. It must be asked before the first heartbeat. A database that no bot
// has worked on misses nothing.
func (s *Store) FindRestore(ctx context.Context) (missingFrom time.Time, found bool, err error) {
	place, timeline, err := s.readPlace(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	var from *time.Time
	err = s.db.QueryRow(ctx, findRestoreSQL, place, timeline, failoverGrace).Scan(&from)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && from == nil {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, wrapError("look for a restore", err)
	}
	return from.UTC(), true, nil
}

// KeepPlace keeps where the database stands now. A restore that was found is recorded, or nothing is
// missing.
func (s *Store) KeepPlace(ctx context.Context) error {
	place, timeline, err := s.readPlace(ctx)
	if err != nil {
		return err
	}
	return s.runStatement(ctx, "keep where the database stands", keepPlaceSQL, place, timeline)
}
