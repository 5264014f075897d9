package postgres

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
)

// raiseAndResolve makes a challenge with a response, a plan, a judgement and an end, and two others
// beside it.
func (w *world) raiseAndResolve() challenge.Snapshot {
	w.Raise()
	c := w.Raise()
	w.DeliverAll()
	w.Apply(c, storagetest.NewResponse("We will hold it."), storagetest.ManagerID)
	w.DeliverAll()
	w.Apply(c, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}, storagetest.ChairID)
	w.Raise()
	return w.Load(c.Challenge.ID)
}

func TestAnUntouchedDatabaseVerifies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raiseAndResolve()
	var heads []challenge.Hash
	sum, err := w.store.Verify(t.Context(), func(r VerifyResult) {
		if r.ID == c.Challenge.ID {
			heads = append(heads, r.Head)
		}
	})
	w.Must(err)
	want := VerifySummary{Challenges: 3, Events: queryValue[int](w, `SELECT count(*) FROM event`)}
	if diff := cmp.Diff(want, sum); diff != "" {
		t.Error(diff)
	}
	if len(heads) != 1 || heads[0] != c.Challenge.Head {
		t.Errorf("heads %v", heads)
	}
}

func TestVerifyGoesThroughEveryPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range verifyPageSize + 3 {
		w.Raise()
	}
	seen := map[uuid.UUID]int{}
	sum, err := w.store.Verify(t.Context(), func(r VerifyResult) { seen[r.ID]++ })
	w.Must(err)
	if sum.Challenges != verifyPageSize+3 || len(seen) != sum.Challenges || !sum.IsIntact() {
		t.Errorf("%+v, %d seen", sum, len(seen))
	}
}

// Each tampering is made by the database's owner, who can switch every trigger and constraint off.
func TestVerifyFindsWhatTheDatabasesOwnerChanged(t *testing.T) {
	t.Parallel()
	const anywhere = -1
	respondedSeq := func(c challenge.Snapshot) int {
		for _, e := range c.History {
			if _, ok := e.Body.(challenge.Responded); ok {
				return e.Seq
			}
		}
		return 0
	}
	last := func(c challenge.Snapshot) int { return len(c.History) }
	at := func(n int) func(challenge.Snapshot) int { return func(challenge.Snapshot) int { return n } }
	for _, test := range []struct {
		name, sql string // $id and $seq stand for the challenge and the event
		seq       func(challenge.Snapshot) int
		what      string
	}{
		{"an event's text", `UPDATE event SET data = replace(data::text, 'will', 'will not')::json WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "hash"},
		{"one space in an event", `UPDATE event SET data = (data::text || ' ')::json WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "hash"},
		{"who did it", `UPDATE event SET actor_id = 'x' WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "hash"},
		{"under which name", `UPDATE event SET actor_name = 'x' WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "hash"},
		{"when", `UPDATE event SET at = at - interval '1 microsecond' WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "hash"},
		{"on which rung", `UPDATE event SET rung = 'x' WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "hash"},
		{"on which visit", `UPDATE event SET visit = visit + 1 WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "hash"},
		{"what kind", `UPDATE event SET kind = 'reply_kept' WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "hash"},
		{"data of no kind", `UPDATE event SET data = '[]' WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "read"},
		{"a hash", `UPDATE event SET hash = sha256('x') WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "hash"},
		{"a previous hash", `UPDATE event SET prev = sha256('x') WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "follow"},
		{"an event deleted", `DELETE FROM event WHERE challenge_id = $id AND seq = $seq`, respondedSeq, "missing"},
		{"an event deleted, the others moved up", `DELETE FROM event WHERE challenge_id = $id AND seq = $seq;
			UPDATE event SET seq = seq - 1 WHERE challenge_id = $id AND seq > $seq`, respondedSeq, "follow"},
		{"the first event deleted", `DELETE FROM event WHERE challenge_id = $id AND seq = 1`, at(1), "missing"},
		{"the last event deleted", `DELETE FROM event WHERE challenge_id = $id AND seq = $seq`, func(c challenge.Snapshot) int { return anywhere }, "seq"},
		{"all events deleted", `DELETE FROM event WHERE challenge_id = $id`, at(1), "empty"},
		{"an event added at the end", `INSERT INTO event SELECT challenge_id, seq + 1, at, actor_id, actor_name, kind, rung, visit, data, hash, sha256('x')
			FROM event WHERE challenge_id = $id AND seq = $seq - 1`, func(c challenge.Snapshot) int { return last(c) + 1 }, "hash"},
		{"two events exchanged", `UPDATE event SET seq = 1000 WHERE challenge_id = $id AND seq = 2;
			UPDATE event SET seq = 2 WHERE challenge_id = $id AND seq = 3; UPDATE event SET seq = 3 WHERE challenge_id = $id AND seq = 1000`, at(2), "follow"},
		{"an event of another challenge", `UPDATE event SET data = (SELECT data FROM event o WHERE o.challenge_id <> $id AND o.seq = 1 LIMIT 1) WHERE challenge_id = $id AND seq = 1`, at(1), "hash"},
		{"the state", `UPDATE challenge SET state = 'withdrawn' WHERE id = $id`, at(0), "state"},
		{"the end", `UPDATE challenge SET closed_at = closed_at + interval '1 day' WHERE id = $id`, at(0), "closed_at"},
		{"the chair", `UPDATE challenge SET chair_id = 'x' WHERE id = $id`, at(0), "chair_id"},
		{"the team", `UPDATE challenge SET team = 'x' WHERE id = $id`, at(0), "team"},
		{"the reference", `UPDATE challenge SET ref = 'CH-AAAAAA' WHERE id = $id`, at(0), "ref"},
		{"the rung", `UPDATE challenge SET rung = 'x' WHERE id = $id`, at(0), "rung"},
		{"the visit", `UPDATE challenge SET visit = 9 WHERE id = $id`, at(0), "visit"},
		{"the version", `UPDATE challenge SET version = 1 WHERE id = $id`, at(0), "version"},
		{"the count", `UPDATE challenge SET seq = seq + 1 WHERE id = $id`, at(0), "seq"},
		{"the head", `UPDATE challenge SET head = sha256('x') WHERE id = $id`, at(0), "head"},
		{"when it was raised", `UPDATE challenge SET raised_at = raised_at - interval '1 day' WHERE id = $id`, at(0), "raised_at"},
		{"the ladder's digest", `UPDATE challenge SET ladder_digest = '0000000000000000' WHERE id = $id`, at(0), "ladder_digest"},
		{"whom an open one waits for", `UPDATE challenge SET waiting = '{x}' WHERE id = $open`, at(0), "waiting"},
		{"when an open one is due", `UPDATE challenge SET due_at = due_at + interval '1 year' WHERE id = $open`, at(0), "due_at"},
		{"when the clock looks at an open one", `UPDATE challenge SET next_at = next_at + interval '1 year' WHERE id = $open`, at(0), "next_at"},
		{"the details", `UPDATE challenge SET details = replace(details::text, 'not moved', 'moved')::json WHERE id = $id`, at(0), "details"},
		{"the document", `UPDATE challenge SET doc = replace(doc::text, 'satisfied', 'partly')::json WHERE id = $id`, at(0), "doc"},
		{"a refused card in the document", `UPDATE challenge SET doc = replace(doc::text, '"seq":', '"unreached":[{"person":"x"}],"seq":')::json WHERE id = $id`, at(0), "doc"},
		{"a refused question in the document", `UPDATE challenge SET doc = replace(doc::text, '"outcome":', '"refused":["x"],"outcome":')::json WHERE id = $id`, at(0), "doc"},
		{"a document of no challenge", `UPDATE challenge SET doc = '[]' WHERE id = $id`, at(0), "read"},
		{"the row deleted", `DELETE FROM challenge WHERE id = $id`, at(0), "does not exist"},
		{"a response's text", `UPDATE response SET text = 'x' WHERE challenge_id = $id`, respondedSeq, "another"},
		{"a response's author", `UPDATE response SET by_id = 'x' WHERE challenge_id = $id`, respondedSeq, "another"},
		{"a response deleted", `DELETE FROM response WHERE challenge_id = $id`, respondedSeq, "missing"},
		{"a response added", `INSERT INTO response SELECT challenge_id, 1, 99, at, by_id, on_behalf_of, form, text, fields FROM response WHERE challenge_id = $id`, at(1), "no event"},
		{"an action's date", `UPDATE plan_action SET by_date = by_date + 1 WHERE challenge_id = $id AND n = 2`, respondedSeq, "another"},
		{"an action deleted", `DELETE FROM plan_action WHERE challenge_id = $id AND n = 1`, respondedSeq, "another"},
		{"an action added", `INSERT INTO plan_action SELECT challenge_id, seq, 3, what, who, by_date FROM plan_action WHERE challenge_id = $id AND n = 1`, respondedSeq, "another"},
		{"a plan without a response", `INSERT INTO plan_action VALUES ($id, 1, 1, 'x', 'x', '2026-01-01')`, at(1), "without a response"},
		{"a trail without a challenge", `INSERT INTO event SELECT '00000000-0000-0000-0000-000000000000', seq, at, actor_id, actor_name, kind, rung, visit, data, prev, hash
			FROM event WHERE challenge_id = $id`, at(0), "does not exist"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.raiseAndResolve()
			open := queryValue[uuid.UUID](w, `SELECT min(id::text)::uuid FROM challenge WHERE closed_at IS NULL`)
			seq := test.seq(c)
			if seq <= 0 {
				seq = last(c)
			}
			w.tamper(strings.NewReplacer("$id", "'"+c.Challenge.ID.String()+"'", "$open", "'"+open.String()+"'", "$seq", fmt.Sprint(seq)).Replace(test.sql))
			found, sum := w.verifyProblems()
			if len(found) != 1 || sum.Broken != 1 || sum.IsIntact() {
				t.Fatalf("found %+v", found)
			}
			told := false
			for i, p := range found[0].Problems {
				at := test.seq(c)
				told = told || strings.Contains(p.What, test.what) && (at == anywhere || p.Seq == at) && (i == 0 || at == anywhere || at == 0)
			}
			if !told {
				t.Errorf("found %+v; want %q at %d", found[0].Problems, test.what, test.seq(c))
			}
		})
	}
}

// tamper does what only the owner of the server can: nothing stands in the way.
func (w *world) tamper(sql string) {
	w.T.Helper()
	conn, err := pgx.Connect(w.T.Context(), w.dsn)
	w.Must(err)
	defer conn.Close(w.T.Context())
	loose := `SET session_replication_role = replica;
DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conrelid <> 0 LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
    END LOOP;
END $$;`
	before := queryValue[string](w, databaseStateSQL)
	if _, err := conn.Exec(w.T.Context(), loose+sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		w.T.Fatal(err)
	}
	if queryValue[string](w, databaseStateSQL) == before {
		w.T.Fatal("the tampering changed nothing")
	}
}

const databaseStateSQL = `SELECT md5(concat((SELECT string_agg(e::text, '' ORDER BY e::text) FROM event e), (SELECT string_agg(c::text, '' ORDER BY c::text) FROM challenge c),
(SELECT string_agg(r::text, '' ORDER BY r::text) FROM response r), (SELECT string_agg(a::text, '' ORDER BY a::text) FROM plan_action a)))`

func TestVerifyFindsALadderThatWasEdited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raiseAndResolve()
	conn, err := pgx.Connect(t.Context(), w.dsn)
	w.Must(err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `SET session_replication_role = replica; UPDATE ladder SET content = replace(content, '"5 working days"', '"50 working days"')`, pgx.QueryExecModeSimpleProtocol)
	w.Must(err)
	if _, sum := w.verifyProblems(); sum.IsIntact() || len(sum.BrokenLadders) != 1 || sum.BrokenLadders[0] != w.Ladder.Hash() {
		t.Errorf("%+v", sum)
	}
}

func TestVerifyReportsATrailThatDoesNotRepeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Raise()
	r := storage.IdempotencyKey{Value: "once", At: w.Now}
	_, err := w.store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, w.Decide(storagetest.NewResponse("x"), storagetest.ManagerID))
	w.Must(err)
	w.tamper(fmt.Sprintf(`UPDATE event SET actor_name = 'x' WHERE challenge_id = '%s' AND seq = 1`, c.Challenge.ID))
	_, err = w.store.Apply(t.Context(), r, storage.LookupKey{ID: c.Challenge.ID}, nil)
	var broken *challenge.BrokenChainError
	if !errors.As(err, &broken) || broken.Seq != 1 {
		t.Errorf("got %v", err)
	}
}
