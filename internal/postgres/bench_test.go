package postgres

import (
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
)

// benchRows is how many challenges the database has: 100,000, or what CHALLENGEBOT_BENCH_ROWS says.
func benchRows(b *testing.B) int {
	b.Helper()
	text := os.Getenv("CHALLENGEBOT_BENCH_ROWS")
	if text == "" {
		return 100_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatal("CHALLENGEBOT_BENCH_ROWS must be a number")
	}
	return n
}

// newCrowdedWorld is a world with that many challenges, all waiting for an answer, and their ids.
func newCrowdedWorld(b *testing.B) (*world, []uuid.UUID, challenge.Snapshot) {
	b.Helper()
	w := newWorld(b)
	c := w.Raise()
	w.cloneChallenge(c, benchRows(b))
	rows, err := w.store.pool.Query(b.Context(), `SELECT id FROM challenge WHERE id <> $1`, c.Challenge.ID)
	w.Must(err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	w.Must(err)
	return w, ids, c
}

// reportWAL reports the log that each operation wrote.
func reportWAL(b *testing.B, w *world, run func()) {
	const here = `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn`
	w.Must(w.execAsOwner(`CHECKPOINT`))
	before := queryValue[float64](w, here)
	run()
	b.ReportMetric((queryValue[float64](w, here)-before)/float64(b.N), "WAL-B/op")
}

// durations times pieces of work; the median of many is steady where a mean is not.
type durations []time.Duration

func (s *durations) measure(work func()) {
	start := time.Now()
	work()
	*s = append(*s, time.Since(start))
}

func (s durations) median() float64 {
	slices.Sort(s)
	return float64(s[len(s)/2].Microseconds())
}

// BenchmarkRespond compares the transaction with the same statements sent without it, one after the
// other, so that both meet the same noise.
func BenchmarkRespond(b *testing.B) {
	w, ids, _ := newCrowdedWorld(b)
	var used atomic.Int64
	next := func() storage.LookupKey {
		i := int(used.Add(1)) - 1
		if i >= len(ids) {
			b.Fatal("too few challenges; raise CHALLENGEBOT_BENCH_ROWS")
		}
		return storage.LookupKey{ID: ids[i]}
	}
	apply := func(key storage.LookupKey) {
		_, err := w.store.Apply(b.Context(), storage.IdempotencyKey{Value: key.ID.String(), At: w.Now}, key, w.Decide(storagetest.NewResponse("We will hold it on Tuesday."), storagetest.ManagerID))
		if err != nil {
			b.Error(err)
		}
	}
	b.Run("one", func(b *testing.B) {
		reportWAL(b, w, func() {
			for b.Loop() {
				apply(next())
			}
		})
	})
	b.Run("of32", func(b *testing.B) {
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				apply(next())
			}
		})
	})
	b.Run("ratio", func(b *testing.B) {
		t, err := w.store.openSession(b.Context())
		w.Must(err)
		defer t.release()
		var ours, raw durations
		for b.Loop() {
			key := next()
			ours.measure(func() { apply(key) })
			read, write := w.queueRawResponse(next())
			raw.measure(func() {
				w.Must(t.conn.SendBatch(b.Context(), read).Close())
				w.Must(t.conn.SendBatch(b.Context(), write).Close())
			})
		}
		b.ReportMetric(ours.median(), "ours-µs")
		b.ReportMetric(raw.median(), "raw-µs")
		b.ReportMetric(raw.median()/ours.median(), "ratio")
	})
}

// queueRawResponse is what Apply sends for a response, with everything known beforehand and nothing
// read.
func (w *world) queueRawResponse(key storage.LookupKey) (read, write *pgx.Batch) {
	before := w.Load(key.ID)
	change, err := w.Decide(storagetest.NewResponse("We will hold it on Tuesday."), storagetest.ManagerID)(before)
	w.Must(err)
	read, write = &pgx.Batch{}, &pgx.Batch{}
	read.Queue(beginSQL)
	read.Queue(lockByIDSQL, key.ID)
	read.Queue(findIdempotencyKeySQL, key.ID.String())
	read.Queue(eventsByIDSQL, key.ID)
	w.Must(queueTransitions(write, nil, []transition{{from: before.Challenge, change: change}}))
	w.Must(queueIdempotencyKey(write, storage.IdempotencyKey{Value: key.ID.String(), At: w.Now}, change))
	write.Queue(commitSQL)
	write.Queue(notifySQL)
	return read, write
}

// BenchmarkTick measures the clock's turn among many challenges.
func BenchmarkTick(b *testing.B) {
	w, ids, c := newCrowdedWorld(b)
	w.Now = c.Challenge.NextAt.Add(-time.Second)
	b.Run("nothing due", func(b *testing.B) {
		for b.Loop() {
			if n, err := w.Tick(w.store, 1000); n != 0 || err != nil {
				b.Fatal(n, err)
			}
		}
	})
	// Ten thousand lapse at one instant, in batches: ours and the same rows sent raw take turns.
	b.Run("10k due", func(b *testing.B) {
		const due, batch = 10_000, 500
		t, err := w.store.openSession(b.Context())
		w.Must(err)
		defer t.release()
		w.Must(w.execAsOwner(`UPDATE challenge SET next_at = '2027-01-01'`, `ANALYZE challenge`))
		w.Now = c.Challenge.Due().Add(time.Hour)
		var ours, raw durations
		for b.Loop() {
			w.Must(w.makeDue(ids[:due]))
			ids = ids[due:]
			for range due / batch / 2 {
				ours.measure(func() {
					if n, err := w.Tick(w.store, batch); n != batch || err != nil {
						b.Fatal(n, err)
					}
				})
				raw = append(raw, w.timeRawTick(b, t, batch))
			}
		}
		b.ReportMetric(batch*1e6/ours.median(), "ours/s")
		b.ReportMetric(batch*1e6/raw.median(), "raw/s")
		b.ReportMetric(raw.median()/ours.median(), "ratio")
	})
}

// makeDue lets those challenges fall due, and no other.
func (w *world) makeDue(ids []uuid.UUID) error {
	_, err := w.store.pool.Exec(w.T.Context(), `UPDATE challenge SET next_at = $2 WHERE id = ANY ($1)`, ids, w.Now)
	return err
}

// timeRawTick sends what Tick sends, and gives the time that this alone took.
func (w *world) timeRawTick(b *testing.B, sess *session, limit int) time.Duration {
	var took durations
	read := &pgx.Batch{}
	read.Queue(beginSQL)
	read.Queue(lockDueSQL, w.Now, limit, []uuid.UUID{})
	read.Queue(listRetriesSQL, w.Now, limit, []uuid.UUID{})
	took.measure(func() { w.Must(sess.sendBatch("raw", read)) })
	rows, err := sess.conn.Query(b.Context(), lockDueSQL, w.Now, limit, []uuid.UUID{}) // our own locks do not stand in the way
	w.Must(err)
	var all []challenge.Challenge
	w.Must(readEachChallenge(rows, func(_ uuid.UUID, c challenge.Challenge, err error) {
		w.Must(err)
		all = append(all, c)
	}))
	var faults tickFaults
	moves := w.store.decideAll(sess, all, w.Decide(challenge.Tick{}, ""), &faults)
	w.Must(faults.joinedError())
	write := &pgx.Batch{}
	w.Must(queueTransitions(write, nil, moves))
	write.Queue(commitSQL)
	write.Queue(notifySQL)
	took.measure(func() { w.Must(sess.sendBatch("raw", write)) })
	return took[0] + took[1]
}
