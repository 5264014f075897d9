package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

const (
	readClockSQL = `SELECT clock_timestamp(), (SELECT max(seen_at) FROM heartbeat),
    (SELECT at FROM clock_accepted ORDER BY id DESC LIMIT 1)`
	// The first heartbeat after a time without any finds an outage. An instance that has worked all
	// along knows that there was none.
	recordHeartbeatSQL = `WITH missed AS (
    INSERT INTO outage (from_at, to_at)
    SELECT last.at, $2 FROM (SELECT max(seen_at) AS at FROM heartbeat) last WHERE NOT $3 AND last.at < $2::timestamptz - $4::interval
    ON CONFLICT DO NOTHING
)
INSERT INTO heartbeat (instance, seen_at, checked_at) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (instance) DO UPDATE SET seen_at = excluded.seen_at, checked_at = excluded.checked_at`
	proveWriteSQL = `INSERT INTO heartbeat (instance, checked_at) VALUES ($1, clock_timestamp())
ON CONFLICT (instance) DO UPDATE SET checked_at = excluded.checked_at`
	// Instances that are no more; of those the newest stays, which tells when the bot last worked.
	forgetHeartbeatsSQL = `DELETE FROM heartbeat WHERE checked_at < clock_timestamp() - interval '30 days'
AND seen_at IS DISTINCT FROM (SELECT max(seen_at) FROM heartbeat)`
	// What was seen by the clock that was wrong no longer counts.
	forgetLaterHeartbeatsSQL = `DELETE FROM heartbeat WHERE seen_at > clock_timestamp()`
	acceptClockSQL           = `INSERT INTO clock_accepted (at) VALUES (clock_timestamp()) RETURNING at`

	// One that began at the same moment and lasted as long, or longer, says it already.
	recordOutageSQL = `INSERT INTO outage (from_at, to_at) SELECT coalesce(max(to_at), $1), $2 FROM outage
WHERE from_at = $1 HAVING coalesce(max(to_at), $1) < $2::timestamptz ON CONFLICT DO NOTHING`

	listOutagesSQL = `SELECT from_at, to_at FROM (SELECT from_at, to_at FROM outage ORDER BY from_at DESC LIMIT $1) newest ORDER BY from_at`

	saveDirectoryCopySQL = `INSERT INTO directory_copy (content, saved_at) VALUES ($1, $2)
ON CONFLICT (only_one) DO UPDATE SET content = excluded.content, saved_at = excluded.saved_at
WHERE directory_copy.content <> excluded.content`
	loadDirectoryCopySQL = `SELECT content, saved_at FROM directory_copy`
)

// ReadClock reads the server's clock, on the watch's connection.
func (s *Store) ReadClock(ctx context.Context) (storage.ClockReading, error) {
	var r storage.ClockReading
	err := s.watch.use(ctx, "read the clock", func(ctx context.Context, conn *pgx.Conn) error {
		var newest, accepted *time.Time
		asked := time.Now()
		if err := conn.QueryRow(ctx, readClockSQL).Scan(&r.Now, &newest, &accepted); err != nil {
			return err
		}
		r.Uncertainty = time.Since(asked) / 2
		r.Now = r.Now.Add(r.Uncertainty).UTC() // it was read about halfway
		if newest != nil {
			r.NewestSeen = newest.UTC()
		}
		if accepted != nil {
			r.AcceptedAt = accepted.UTC()
		}
		return nil
	})
	return r, err
}

// maxOutagesListed is how many outages the clock is told of.
const maxOutagesListed = 100

// RecordHeartbeat keeps by what time this instance works, and the outage before, if there was one.
// hasWorked: this instance worked all the time, and it is its clock that was moved.
func (s *Store) RecordHeartbeat(ctx context.Context, at time.Time, hasWorked bool) error {
	return s.watch.use(ctx, "keep a heartbeat", func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, recordHeartbeatSQL, s.instance, at, hasWorked, storage.OutageAfter)
		return err
	})
}

// ListOutages lists the last times in which the bot worked for nobody, the oldest first.
func (s *Store) ListOutages(ctx context.Context) ([]challenge.Outage, error) {
	rows, err := s.db.Query(ctx, listOutagesSQL, maxOutagesListed)
	if err != nil {
		return nil, wrapError("look for outages", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o challenge.Outage, err error) {
		err = row.Scan(&o.From, &o.To)
		o.From, o.To = o.From.UTC(), o.To.UTC()
		return o, err
	})
	return all, wrapError("look for outages", err)
}

// RecordOutage keeps a time in which what the bot took is lost, as after a restore.
func (s *Store) RecordOutage(ctx context.Context, o challenge.Outage) error {
	_, err := s.db.Exec(ctx, recordOutageSQL, o.From, o.To)
	return wrapError("keep an outage", err)
}

// ForgetOldHeartbeats drops those of instances that are no more.
func (s *Store) ForgetOldHeartbeats(ctx context.Context) error {
	_, err := s.db.Exec(ctx, forgetHeartbeatsSQL)
	return wrapError("forget old heartbeats", err)
}

// AcceptClock keeps that somebody has looked at the server's clock and found it right, and gives
// its time.
func (s *Store) AcceptClock(ctx context.Context) (time.Time, error) {
	sess, err := s.openSession(ctx)
	if err != nil {
		return time.Time{}, err
	}
	defer sess.release()
	var at time.Time
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(forgetLaterHeartbeatsSQL)
	b.Queue(acceptClockSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&at) })
	b.Queue(commitSQL)
	err = sess.sendBatch("accept the clock", b)
	return at.UTC(), err
}

// SaveDirectoryCopy keeps a directory file that could be read.
func (s *Store) SaveDirectoryCopy(ctx context.Context, content string, at time.Time) error {
	_, err := s.db.Exec(ctx, saveDirectoryCopySQL, content, at)
	return wrapError("keep a copy of the directory", err)
}

// LoadDirectoryCopy is the last directory file that could be read; without one the error is
// storage.ErrNotFound.
func (s *Store) LoadDirectoryCopy(ctx context.Context) (content string, at time.Time, err error) {
	err = s.db.QueryRow(ctx, loadDirectoryCopySQL).Scan(&content, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", at, storage.ErrNotFound
	}
	return content, at.UTC(), wrapError("read the copy of the directory", err)
}
