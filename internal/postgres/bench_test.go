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

// crowd is a world with that many challenges, all waiting for an answer, and their ids.
func crowd(b *testing.B) (*world, []uuid.UUID, challenge.Case) {
	b.Helper()
	w := newWorld(b)
	c := w.raise()
	w.clones(c, benchRows(b))
	rows, err := w.store.pool.Query(b.Context(), `SELECT id FROM challenge WHERE id <> $1`, c.Challenge.ID)
	w.must(err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	w.must(err)
	return w, ids, c
}

// withWAL reports the log that each operation wrote.
func withWAL(b *testing.B, w *world, run func()) {
	const here = `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn`
	w.must(w.sql(`CHECKPOINT`))
	before := one[float64](w, here)
	run()
	b.ReportMetric((one[float64](w, here)-before)/float64(b.N), "WAL-B/op")
}

// sample times pieces of work; the median of many is steady where a mean is not.
type sample []time.Duration

func (s *sample) time(work func()) {
	start := time.Now()
	work()
	*s = append(*s, time.Since(start))
}

func (s sample) median() float64 {
	slices.Sort(s)
	return float64(s[len(s)/2].Microseconds())
}

// BenchmarkRespond compares the door with the same statements sent without it, turn by turn, so that both meet the same noise.
func BenchmarkRespond(b *testing.B) {
	w, ids, _ := crowd(b)
	var used atomic.Int64
	next := func() challenge.Key {
		i := int(used.Add(1)) - 1
		if i >= len(ids) {
			b.Fatal("too few challenges; raise CHALLENGEBOT_BENCH_ROWS")
		}
		return challenge.Key{ID: ids[i]}
	}
	apply := func(key challenge.Key) {
		_, err := w.store.Apply(b.Context(), challenge.Receipt{Key: key.ID.String(), At: w.now}, key, w.decide(answer("We will hold it on Tuesday."), managerID))
		if err != nil {
			b.Error(err)
		}
	}
	b.Run("one", func(b *testing.B) {
		withWAL(b, w, func() {
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
		t, err := w.store.turn(b.Context())
		w.must(err)
		defer t.end()
		var ours, raw sample
		for b.Loop() {
			key := next()
			ours.time(func() { apply(key) })
			read, write := w.rawRespond(next())
			raw.time(func() {
				w.must(t.conn.SendBatch(b.Context(), read).Close())
				w.must(t.conn.SendBatch(b.Context(), write).Close())
			})
		}
		b.ReportMetric(ours.median(), "ours-µs")
		b.ReportMetric(raw.median(), "raw-µs")
		b.ReportMetric(raw.median()/ours.median(), "ratio")
	})
}

// rawRespond is what Apply sends for a response, with everything known beforehand and nothing read.
func (w *world) rawRespond(key challenge.Key) (read, write *pgx.Batch) {
	before := w.load(key.ID)
	change, err := w.decide(answer("We will hold it on Tuesday."), managerID)(before)
	w.must(err)
	read, write = &pgx.Batch{}, &pgx.Batch{}
	read.Queue(beginSQL)
	read.Queue(lockByIDSQL, key.ID)
	read.Queue(receiptSQL, key.ID.String())
	read.Queue(eventsByIDSQL, key.ID)
	w.must(queueMoves(write, []move{{from: before.Challenge, change: change}}))
	w.must(queueReceipt(write, challenge.Receipt{Key: key.ID.String(), At: w.now}, change))
	write.Queue(commitSQL)
	write.Queue(notifySQL)
	return read, write
}

// BenchmarkTick measures the clock's turn among many challenges.
func BenchmarkTick(b *testing.B) {
	w, ids, c := crowd(b)
	w.now = c.Challenge.NextAt.Add(-time.Second)
	b.Run("nothing due", func(b *testing.B) {
		for b.Loop() {
			if n, err := w.tick(w.store, 1000); n != 0 || err != nil {
				b.Fatal(n, err)
			}
		}
	})
	// Ten thousand lapse at one instant, in batches: ours and the same rows sent raw take turns.
	b.Run("10k due", func(b *testing.B) {
		const due, batch = 10_000, 500
		t, err := w.store.turn(b.Context())
		w.must(err)
		defer t.end()
		w.must(w.sql(`UPDATE challenge SET next_at = '2027-01-01'`, `ANALYZE challenge`))
		w.now = c.Challenge.Due().Add(time.Hour)
		var ours, raw sample
		for b.Loop() {
			w.must(w.makeDue(ids[:due]))
			ids = ids[due:]
			for range due / batch / 2 {
				ours.time(func() {
					if n, err := w.tick(w.store, batch); n != batch || err != nil {
						b.Fatal(n, err)
					}
				})
				raw = append(raw, w.rawTick(b, t, batch))
			}
		}
		b.ReportMetric(batch*1e6/ours.median(), "ours/s")
		b.ReportMetric(batch*1e6/raw.median(), "raw/s")
		b.ReportMetric(raw.median()/ours.median(), "ratio")
	})
}

// makeDue lets those challenges fall due, and no other.
func (w *world) makeDue(ids []uuid.UUID) error {
	_, err := w.store.pool.Exec(w.t.Context(), `UPDATE challenge SET next_at = $2 WHERE id = ANY ($1)`, ids, w.now)
	return err
}

// rawTick sends what Tick sends, and gives the time that this alone took.
func (w *world) rawTick(b *testing.B, t *turn, limit int) time.Duration {
	var took sample
	read := &pgx.Batch{}
	read.Queue(beginSQL)
	read.Queue(dueSQL, w.now, limit)
	read.Queue(retriedSQL, w.now, limit)
	took.time(func() { w.must(t.send("raw", read)) })
	rows, err := t.conn.Query(b.Context(), dueSQL, w.now, limit) // our own locks do not stand in the way
	w.must(err)
	var all []challenge.Challenge
	w.must(readEach(rows, func(_ uuid.UUID, c challenge.Challenge, err error) {
		w.must(err)
		all = append(all, c)
	}))
	var faults turnFaults
	moves := w.store.decideAll(t, all, w.decide(challenge.Tick{}, ""), &faults)
	w.must(faults.err())
	write := &pgx.Batch{}
	w.must(queueMoves(write, moves))
	write.Queue(commitSQL)
	write.Queue(notifySQL)
	took.time(func() { w.must(t.send("raw", write)) })
	return took[0] + took[1]
}
