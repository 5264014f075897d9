package postgres

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/localpg"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/storagetest"
)

var update = flag.Bool("update", false, "write testdata/schema.txt anew")

// dumpSchemaSQL writes the whole schema as lines: what the catalogue says, not what a migration
// meant.
const dumpSchemaSQL = `
SELECT line FROM (
    SELECT 1 AS part, c.relname::text AS a, lpad(a.attnum::text, 4, '0') AS b, format('column %s.%s %s%s%s%s', c.relname, a.attname,
        format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
        CASE WHEN l.collname IS NOT NULL AND l.collname <> 'default' THEN ' collate ' || l.collname ELSE '' END,
        CASE WHEN a.attidentity <> '' THEN ' identity' WHEN d.adbin IS NOT NULL THEN ' default ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END) AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 2, c.relname, n.conname, format('constraint %s.%s %s', c.relname, n.conname, pg_get_constraintdef(n.oid, true))
    FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
    WHERE n.connamespace = 'public'::regnamespace AND n.contype IN ('c', 'p', 'u', 'f')
    UNION ALL
    SELECT 3, tablename, indexname, regexp_replace(indexdef, ' public\.', ' ') FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 4, c.relname, t.tgname, regexp_replace(pg_get_triggerdef(t.oid, true), ' public\.', ' ') FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 5, p.proname, '', format('function %s(%s) %s', p.proname, pg_get_function_arguments(p.oid), md5(p.prosrc))
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 6, sequencename, '', 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = 'public'
    UNION ALL
    SELECT 7, c.relname, '', format('options %s %s', c.relname, array_to_string(c.reloptions, ' ')) FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.reloptions IS NOT NULL
    UNION ALL
    SELECT 8, table_name, privilege_type, format('grant %s on %s', lower(privilege_type), table_name)
    FROM information_schema.role_table_grants WHERE grantee = 'challengebot_app' AND table_schema = 'public'
    UNION ALL
    SELECT 9, table_name, column_name, format('grant update on %s (%s)', table_name, column_name)
    FROM information_schema.role_column_grants WHERE grantee = 'challengebot_app' AND table_schema = 'public' AND privilege_type = 'UPDATE'
) lines WHERE a NOT LIKE 'goose%' OR part >= 8 ORDER BY part, a COLLATE "C", b COLLATE "C", line COLLATE "C"`

func TestTheSchemaIsTheOneThatWasReviewed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rows, err := w.store.pool.Query(t.Context(), dumpSchemaSQL)
	w.Must(err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	w.Must(err)
	got := strings.Join(lines, "\n") + "\n"
	const golden = "testdata/schema.txt"
	if *update {
		w.Must(os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	w.Must(err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the schema differs from %s (-want +got); go test -update writes it anew:\n%s", golden, diff)
	}
}

func TestMigratingTwiceAndTogetherIsHarmless(t *testing.T) {
	t.Parallel()
	dsn := localpg.NewTestDatabase(t, "empty", func(context.Context, string) error { return nil })
	s, err := Open(t.Context(), dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.CheckReady(t.Context()); err == nil || !strings.Contains(err.Error(), "challengebot migrate") {
		t.Errorf("an empty database is ready: %v", err)
	}
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := Migrate(t.Context(), dsn); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if err := s.CheckReady(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := s.pool.Exec(t.Context(), `DELETE FROM goose_db_version WHERE version_id = $1`, SchemaVersion()); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckReady(t.Context()); err == nil {
		t.Error("an old schema is ready")
	}
}

// Roles are the server's, not the database's, so the test's role has a name of its own.
func TestMigratingWorksWhereNoRoleMayBeCreated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := fmt.Sprintf("plain_%d", os.Getpid())
	w.Must(w.execAsOwner(`CREATE ROLE `+name+` LOGIN`, `CREATE SCHEMA own AUTHORIZATION `+name))
	t.Cleanup(func() { w.Must(w.execAsOwner(`DROP OWNED BY `+name+` CASCADE`, `DROP ROLE `+name)) })
	hidden := strings.ReplaceAll(grantsSQL, "challengebot_app", "challengebot_absent")
	conn, err := pgx.Connect(t.Context(), w.dsn)
	w.Must(err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), "SET ROLE "+name+"; "+hidden, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Errorf("granting without the right to create roles: %v", err)
	}
	if queryValue[bool](w, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'challengebot_absent')`) {
		t.Error("the role was created after all")
	}
}

func TestEveryKindOfEventAndEveryStateIsKnownToTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	quoted := regexp.MustCompile(`'([a-z_]+)'::text`)
	for constraint, want := range map[string][]string{
		"event_kind_known":      toStrings(challenge.EventKinds()),
		"challenge_state_known": toStrings([]challenge.State{challenge.StateAwaitingResponse, challenge.StateAwaitingJudgement, challenge.StateHeldAtGate, challenge.StateExhausted, challenge.StateResolved, challenge.StateWithdrawn, challenge.StateHandedOff}),
	} {
		var got []string
		for _, m := range quoted.FindAllStringSubmatch(queryValue[string](w, `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1`, constraint), -1) {
			got = append(got, m[1])
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-domain +database):\n%s", constraint, diff)
		}
	}
}

func toStrings[T ~string](in []T) (out []string) {
	for _, v := range in {
		out = append(out, string(v))
	}
	return out
}

func TestRowsThatCannotBeLegalAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open, closed := w.Raise(), w.Raise()
	w.Apply(closed, challenge.Withdraw{Reason: "Settled."}, storagetest.ChairID)
	w.DeliverAll()
	w.Raise()
	set := func(assign string, c challenge.Snapshot) string {
		return fmt.Sprintf(`UPDATE challenge SET %s WHERE id = '%s'`, assign, c.Challenge.ID)
	}
	event := func(change string) string {
		columns := strings.Split("challenge_id, "+eventColumns, ", ")
		name, value, _ := strings.Cut(change, " = ")
		from := slices.Clone(columns)
		from[slices.Index(columns, "seq")] = "100"
		from[slices.Index(columns, name)] = value
		return fmt.Sprintf(`INSERT INTO event (%s) SELECT %s FROM event WHERE challenge_id = '%s' AND seq = 2`,
			strings.Join(columns, ", "), strings.Join(from, ", "), open.Challenge.ID)
	}
	for _, test := range []struct{ sql, constraint string }{
		{set("state = 'lost', due_at = NULL", open), "challenge_state_known"},
		{set("state = 'resolved', due_at = NULL", open), "challenge_closed_has_ended"},
		{set("state = 'exhausted'", open), "challenge_due_while_awaited"},
		{set("due_at = NULL", open), "challenge_due_while_awaited"},
		{set("due_at = now()", closed), "challenge_due_while_awaited"},
		{set("waiting = '{}'", open), "challenge_awaits_somebody"},
		{set("waiting = '{x}'", closed), "challenge_closed_waits_for_nobody"},
		{set("next_at = NULL", open), "challenge_open_has_next"},
		{set("next_at = now()", closed), "challenge_open_has_next"},
		{set("closed_at = now(), next_at = NULL", open), "challenge_closed_has_ended"},
		{set("closed_at = NULL, next_at = now()", closed), "challenge_closed_has_ended"},
		{set("stalled_until = now()", closed), "challenge_stalled_is_open"},
		{set("version = seq + 1", open), "challenge_version_counts_events"},
		{set("version = 0", open), "challenge_version_counts_events"},
		{set(`head = '\x00'`, open), "challenge_head_is_a_hash"},
		{set("visit = 0", open), "challenge_visit_counts"},
		{set("ref = 'x'", open), "challenge_ref_check"},
		{set("ladder_digest = '0000000000000000'", open), "challenge_ladder_digest_fkey"},
		{event("kind = 'forgotten'"), "event_kind_known"},
		{event("kind = 'raised'"), "event_trail_begins_with_raised"},
		{event("seq = 2"), "event_pkey"},
		{event("seq = 0"), "event_seq_check"},
		{event("visit = -1"), "event_visit_check"},
		{event(`hash = '\x00'`), "event_hash_check"},
		{event(`prev = '\x00'`), "event_prev_check"},
		{event(`prev = decode(repeat('00', 32), 'hex')`), "event_first_follows_nothing"},
		{event("challenge_id = gen_random_uuid()"), "event_challenge_id_fkey"},
		{`UPDATE delivery SET state = 'sent' WHERE state = 'waiting'`, "delivery_done_when_not_waiting"},
		{`UPDATE delivery SET state = 'lost', done_at = now()`, "delivery_state_check"},
		{`UPDATE delivery SET lease_until = now() WHERE state = 'waiting'`, "delivery_lease_is_whole"},
		{`UPDATE delivery SET lease_until = now(), lease_owner = 'x' WHERE state = 'sent'`, "delivery_lease_while_waiting"},
		{`UPDATE delivery SET lane = 'person:nobody'`, "delivery_lane_of_address"},
		{`UPDATE delivery SET kind = 'update' WHERE kind = 'post'`, "delivery_update_of_a_post"},
		{`UPDATE delivery SET spec = '{}'`, "delivery_reply_has_a_spec"},
		{`UPDATE delivery SET over_activity = 'x'`, "delivery_over_is_whole"},
		{`UPDATE posted_card SET content_hash = ''`, "posted_card_content_hash_check"},
		{`INSERT INTO receipt (key, at, seq) VALUES ('x', now(), 1)`, "receipt_of_a_moment"},
		{`INSERT INTO attempt (delivery_id, n, at, owner, status, code, ambiguous) VALUES (1, 0, now(), '', 0, '', false)`, "attempt_n_check"},
		{`INSERT INTO conversation (lane, conversation_id, service_url, mri, seen_at) VALUES ('x', 'x', 'x', '', now())`, "conversation_lane_check"},
	} {
		_, err := w.store.pool.Exec(t.Context(), test.sql)
		var f *StatementError
		if !errors.As(wrapError("test", err), &f) || f.Constraint != test.constraint {
			t.Errorf("%s\n\tgot %v, want %s", test.sql, wrapError("test", err), test.constraint)
		}
	}
}

func TestWhatIsOnlyAddedToRefusesEvenItsOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, table := range []string{"event", "ladder", "response", "plan_action", "attempt", "receipt", "cover", "notice_channel"} {
		column := map[string]string{"ladder": "id", "attempt": "code", "receipt": "key", "response": "text", "plan_action": "what", "event": "rung",
			"cover": "set_by", "notice_channel": "channel"}[table]
		for _, sql := range []string{"UPDATE " + table + " SET " + column + " = ''", "DELETE FROM " + table, "TRUNCATE " + table + " CASCADE"} {
			if _, err := w.store.pool.Exec(t.Context(), sql); sqlState(err) != "CB002" {
				t.Errorf("%s: %v", sql, wrapError("test", err))
			}
		}
	}
	for _, sql := range []string{"DELETE FROM challenge", "DELETE FROM delivery", "TRUNCATE challenge CASCADE", "TRUNCATE delivery CASCADE"} {
		if _, err := w.store.pool.Exec(t.Context(), sql); sqlState(err) != "CB002" {
			t.Errorf("%s: %v", sql, wrapError("test", err))
		}
	}
}

func TestTheServingRoleCanServeAndCannotRewrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	served := w.openAsServer()
	owner := w.store
	w.store = served
	w.Must(served.SaveLadder(t.Context(), w.Ladder))
	w.Must(served.CheckReady(t.Context()))
	c := w.Raise()
	w.DeliverAll()
	w.Apply(c, storagetest.NewResponse("Done."), storagetest.ManagerID)
	w.DeliverAll()
	w.Raise()
	w.Now = storagetest.AfterLapse
	if _, err := w.Tick(served, 10); err != nil {
		t.Error(err)
	}
	conv := outbox.ConversationReference{OrderingKey: "person:x", ID: "a", ServiceURL: "b", SeenAt: w.Now}
	w.Must(served.SaveConversation(t.Context(), conv))
	w.Must(served.ForgetConversation(t.Context(), conv.OrderingKey))
	for range 2 {
		w.Must(served.SaveChannel(t.Context(), outbox.Channel{ID: "19:n", Team: "19:t", SeenAt: w.Now}))
	}
	w.Must(served.SaveChannel(t.Context(), outbox.Channel{Team: "19:t", Loss: outbox.BotRemoved, SeenAt: w.Now}))
	w.Must(served.ReleaseLeases(t.Context(), "x"))
	w.mustVerify()
	for _, sql := range []string{
		`UPDATE event SET actor_id = 'x'`, `DELETE FROM event`, `TRUNCATE event`, `ALTER TABLE event DISABLE TRIGGER ALL`,
		`UPDATE challenge SET details = '{}'`, `UPDATE challenge SET ref = 'CH-AAAAAA'`, `UPDATE challenge SET team = 'x'`,
		`DELETE FROM challenge`, `UPDATE ladder SET content = ''`, `DELETE FROM delivery`, `UPDATE delivery SET to_person = 'x'`,
		`UPDATE response SET text = ''`, `DELETE FROM receipt`, `DELETE FROM attempt`, `DELETE FROM posted_card`,
		`UPDATE plan_action SET who = ''`, `SELECT setval('challenge_number', 1)`, `CREATE TABLE x ()`,
	} {
		if _, err := served.pool.Exec(t.Context(), sql); sqlState(err) != insufficientPrivilege {
			t.Errorf("%s: %v", sql, wrapError("test", err))
		}
	}
	w.store = owner
	w.mustVerify()
}
