package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// A quiet night leaves statistics that say that nothing waits; then everything happens at once. What
// each step and each delivery runs must find its rows by an index all the same, when PostgreSQL has
// stopped planning it anew.
func TestABacklogThatTheStatisticsDoNotKnowSlowsNoStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Raise()
	w.cloneChallenge(c, 25_000)
	conn, err := pgx.Connect(t.Context(), w.dsn)
	w.Must(err)
	defer conn.Close(t.Context())
	// One posted card for each, sixty people; the statistics are of this quiet state.
	_, err = conn.Exec(t.Context(), `SET session_replication_role = replica;
INSERT INTO delivery (challenge_id, lane, kind, card, visit, to_person, to_team, created_at, not_before, state, done_at, attempts)
    SELECT id, 'person:' || (row_number() OVER (ORDER BY id)) % 60, 'post', 'respond', 1, ((row_number() OVER (ORDER BY id)) % 60)::text, '', raised_at, raised_at, 'sent', raised_at, 1
    FROM challenge;
INSERT INTO posted_card (delivery_id, challenge_id, lane, card, visit, to_person, to_team, conversation_id, service_url, activity_id, version, content_hash, final, shown_at)
    SELECT id, challenge_id, lane, card, visit, to_person, to_team, 'a', 'https://teams.invalid/', id::text, 1, sha256('x'), false, created_at FROM delivery WHERE state = 'sent' AND card = 'respond';
DELETE FROM delivery WHERE state = 'waiting';`, pgx.QueryExecModeSimpleProtocol)
	w.Must(err)
	_, err = conn.Exec(t.Context(), "VACUUM ANALYZE delivery, posted_card")
	w.Must(err)
	_, err = conn.Exec(t.Context(), `INSERT INTO delivery (challenge_id, lane, kind, card, visit, to_person, to_team, posted, created_at, not_before)
    SELECT challenge_id, lane, 'update', card, visit, to_person, to_team, delivery_id, shown_at, shown_at FROM posted_card`, pgx.QueryExecModeSimpleProtocol)
	w.Must(err)
	var one string
	var posted int64
	w.Must(conn.QueryRow(t.Context(), `SELECT challenge_id::text, delivery_id FROM posted_card ORDER BY delivery_id DESC LIMIT 1`).Scan(&one, &posted))
	at := w.Now
	array := func(v any) string { return fmt.Sprintf("{%v}", v) }
	for _, test := range []struct {
		name    string
		sql     string
		args    []any
		buffers int
	}{
		{"updates of what changed", queueCardUpdatesSQL, []any{array(one), array(2), `{"` + at.Format("2006-01-02 15:04:05Z07:00") + `"}`}, 60},
		{"posts", queuePostsSQL, []any{array(one), array("person:1"), array("respond"), array(2), array("1"), `{""}`, `{"` + at.Format("2006-01-02 15:04:05Z07:00") + `"}`}, 500}, // one person's backlog
		{"an update that follows a delivery", queueFollowUpUpdateSQL, []any{int(posted), at}, 60},
		{"cards that are superseded", supersedeSQL, []any{int(posted), at, array("respond")}, 60},
		{"a claim", claimMessagesSQL, []any{at, "a", "{}", "30 s", at, 32, 8}, 1500},
		{"the next delivery", nextMessageDueSQL, []any{at, "", "{}", "30 s"}, 1500},
		{"the watch", countOverdueSQL, []any{at}, 2500},
	} {
		tx, err := conn.Begin(t.Context())
		w.Must(err)
		plan := w.explain(conn, test.sql, test.args...)
		w.Must(tx.Rollback(t.Context()))
		if got := plan.Hit + plan.Read; got > test.buffers {
			var nodes []string
			plan.walk(func(p planNode) { nodes = append(nodes, strings.TrimSpace(p.Type+" "+p.Relation+" "+p.Index)) })
			t.Errorf("%s reads %d buffers, want at most %d: %s", test.name, got, test.buffers, strings.Join(nodes, "; "))
		}
	}
}
