package postgres

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
)

// clones copies one challenge n times, for tests of plans and speed. Their chains do not verify,
// for a hash covers the id.
const cloneChallengeSQL = `
CREATE TEMP TABLE clone ON COMMIT DROP AS
    SELECT g AS n, gen_random_uuid() AS id, 'CH-' || lpad(translate(to_hex(g), 'abcdef', 'ABCDEF'), 6, '0') AS ref FROM generate_series(1, $n) g;
INSERT INTO challenge (id, ref, ladder_digest, chair_id, team, raised_at, details, state, version, seq, head, rung, visit, waiting,
    due_at, next_at, closed_at, doc)
SELECT k.id, k.ref, c.ladder_digest, c.chair_id, c.team, c.raised_at, c.details, c.state, c.version, c.seq, c.head, c.rung, c.visit,
    c.waiting, c.due_at + k.n * interval '1 second', c.next_at + k.n * interval '1 second', c.closed_at,
    replace(replace(c.doc::text, c.id::text, k.id::text), c.ref, k.ref)::json
FROM clone k, challenge c WHERE c.id = $id;
INSERT INTO event (challenge_id, seq, at, actor_id, actor_name, kind, rung, visit, data, prev, hash)
SELECT k.id, e.seq, e.at, e.actor_id, e.actor_name, e.kind, e.rung, e.visit, e.data, e.prev, e.hash
FROM clone k, event e WHERE e.challenge_id = $id;`

func (w *world) cloneChallenge(c challenge.Snapshot, n int) {
	w.T.Helper()
	sql := strings.NewReplacer("$id", "'"+c.Challenge.ID.String()+"'", "$n", fmt.Sprint(n)).Replace(cloneChallengeSQL)
	conn, err := pgx.Connect(w.T.Context(), w.dsn)
	w.Must(err)
	defer conn.Close(w.T.Context())
	_, err = conn.Exec(w.T.Context(), "SET session_replication_role = replica; BEGIN;"+sql+"COMMIT", pgx.QueryExecModeSimpleProtocol)
	w.Must(err)
	_, err = conn.Exec(w.T.Context(), "VACUUM ANALYZE challenge, event")
	w.Must(err)
}

// planNode is what EXPLAIN says of one step.
type planNode struct {
	Type     string     `json:"Node Type"`
	Index    string     `json:"Index Name"`
	Relation string     `json:"Relation Name"`
	Hit      int        `json:"Shared Hit Blocks"`
	Read     int        `json:"Shared Read Blocks"`
	Plans    []planNode `json:"Plans"`
}

func (p planNode) walk(see func(planNode)) {
	see(p)
	for _, q := range p.Plans {
		q.walk(see)
	}
}

// explain runs a statement as it is run when it was prepared and run often, whatever its arguments,
// and gives its plan.
func (w *world) explain(conn *pgx.Conn, sql string, args ...any) planNode {
	w.T.Helper()
	literals := make([]string, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case int:
			literals[i] = fmt.Sprint(arg)
		case time.Time:
			literals[i] = "'" + arg.Format(time.RFC3339Nano) + "'"
		default:
			literals[i] = fmt.Sprintf("'%s'", arg)
		}
	}
	call := "planned"
	if len(args) > 0 {
		call += "(" + strings.Join(literals, ", ") + ")"
	}
	_, err := conn.Exec(w.T.Context(), "DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan; PREPARE planned AS "+sql, pgx.QueryExecModeSimpleProtocol)
	w.Must(err)
	var text []byte
	w.Must(conn.QueryRow(w.T.Context(), "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE "+call, pgx.QueryExecModeSimpleProtocol).Scan(&text))
	var plans []struct{ Plan planNode }
	w.Must(json.Unmarshal(text, &plans))
	return plans[0].Plan
}

func TestTheScansOfManyChallengesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Raise()
	w.cloneChallenge(c, 10_000)
	conn, err := pgx.Connect(t.Context(), w.dsn)
	w.Must(err)
	defer conn.Close(t.Context())
	quiet := c.Challenge.NextAt.Add(-1)
	everything := storage.RegisterReach{Everything: true}
	latest, latestArgs := registerConditions(storage.RegisterQuery{Reach: everything, Limit: 50})
	numbered, numberedArgs := registerConditions(storage.RegisterQuery{Reach: everything, RecordNumber: "no such number", Limit: 50})
	for _, test := range []struct {
		name    string
		sql     string
		args    []any
		indexes string
		buffers int // at the most, 0: any
	}{
		{"nothing due", nextDueSQL, nil, "challenge_next challenge_stalled", 5},
		{"due", lockDueSQL, []any{c.Challenge.NextAt, 100, "{}"}, "challenge_next", 0},
		{"retried", listRetriesSQL, []any{quiet, 100, "{}"}, "challenge_stalled", 2},
		{"overdue", countOverdueSQL, []any{quiet}, "challenge_next challenge_stalled", 0},
		{"waiting", listWaitingForSQL, []any{"nobody", 10}, "challenge_waiting", 0},
		{"raised", listRaisedBySQL, []any{storagetest.ChairID, 10}, "challenge_chair", 0},
		{"by reference", lockByRefSQL, []any{c.Challenge.Ref}, "challenge_ref_key", 0},
		{"standing", pendingSQL, []any{uuid.Nil, pendingPageSize}, "challenge_standing event_refused event_not_asked event_interrupted event_unattended challenge_pkey", 16},
		{"anything standing", anyPendingSQL, nil, "challenge_standing event_refused event_not_asked event_interrupted event_unattended", 9},
		{"open", openSQL, []any{uuid.Nil, pendingPageSize}, "challenge_open", 250},
		{"register", latest, latestArgs, "event_raised challenge_pkey", 320},
		{"register by number", numbered, numberedArgs, "event_record_number event_corrected_number", 20},
		{"trail", eventsByIDSQL, []any{c.Challenge.ID}, "event_pkey", 0},
		{"trail for a reader", readerEventsByRefSQL, []any{c.Challenge.Ref, "nobody"}, "challenge_ref_key event_pkey", 0},
		{"trail by reference", eventsByRefSQL, []any{c.Challenge.Ref}, "challenge_ref_key event_pkey", 0},
	} {
		plan := w.explain(conn, test.sql, test.args...)
		used := map[string]bool{}
		plan.walk(func(p planNode) {
			used[p.Index] = true
			if p.Type == "Seq Scan" && p.Relation == "challenge" {
				t.Errorf("%s reads the whole table", test.name)
			}
		})
		for _, index := range strings.Fields(test.indexes) {
			if !used[index] {
				t.Errorf("%s does not use %s: %v", test.name, index, used)
			}
		}
		if got := plan.Hit + plan.Read; test.buffers > 0 && got > test.buffers {
			t.Errorf("%s reads %d buffers, want at most %d", test.name, got, test.buffers)
		}
	}
}
