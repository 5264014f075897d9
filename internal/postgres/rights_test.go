package postgres

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"challengebot/internal/localpg"
	"challengebot/internal/storage/storagetest"
)

// The owner of the tables could change the trail; a login of production could not.
func TestTheLoginThatCouldChangeTheTrailIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if can, err := w.store.CanChangeTrail(t.Context()); err != nil || !can {
		t.Errorf("the owner: %t, %v", can, err)
	}
	if can, err := w.openAsServer().CanChangeTrail(t.Context()); err != nil || can {
		t.Errorf("who serves: %t, %v", can, err)
	}
}

// withLogin is a connection string with another login.
func withLogin(t *testing.T, dsn, login string) string {
	t.Helper()
	if !strings.Contains(dsn, "://") {
		return dsn + " user=" + login + " password=secret"
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(login, "secret")
	return u.String()
}

// Three logins, as the README makes them: the owner may neither create roles nor is it a superuser,
// who serves can do all of that and change no trail, and who reads can write nothing.
func TestOwnerServingAndReadingLoginsAreEnough(t *testing.T) {
	t.Parallel()
	newWorld(t) // an administrator has made the two roles
	dsn := localpg.NewTestDatabase(t, "empty", func(context.Context, string) error { return nil })
	admin := &world{World: &storagetest.World{T: t}, dsn: dsn}
	name := func(kind string) string { return fmt.Sprintf("challengebot_test_%s_%d", kind, os.Getpid()) }
	owner, serving, reading := name("owner"), name("serving"), name("reading")
	all := owner + ", " + serving + ", " + reading
	admin.Must(admin.execAsOwner(
		`CREATE ROLE `+owner+` LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD 'secret'`,
		`CREATE ROLE `+serving+` LOGIN PASSWORD 'secret' IN ROLE challengebot_app`,
		`CREATE ROLE `+reading+` LOGIN PASSWORD 'secret' IN ROLE challengebot_read`,
		`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO `+owner+`', current_database()); END $$`))
	t.Cleanup(func() {
		if err := admin.execAsOwner(`REASSIGN OWNED BY `+owner+` TO CURRENT_USER`, `DROP OWNED BY `+all, `DROP ROLE `+all); err != nil {
			t.Error(err)
		}
	})
	var told []string
	admin.Must(MigrateAndTell(t.Context(), withLogin(t, dsn, owner), func(line string) { told = append(told, line) }))
	if len(told) > 0 {
		t.Errorf("migrate says %q", told)
	}

	w := newWorldOn(t, withLogin(t, dsn, serving))
	w.Must(w.store.CheckReady(t.Context()))
	c := w.RaiseAsked()
	w.DeliverAll()
	w.Apply(c, storagetest.NewResponse("It was missed."), storagetest.ManagerID)
	if err := w.execAsOwner(`UPDATE event SET actor_id = 'x'`); err == nil { // with the login of the world
		t.Error("who serves changed the trail")
	}
	expectRisk := func(s *Store, about string, want bool) {
		t.Helper()
		risks, err := s.ListRisks(t.Context())
		if got := strings.Contains(strings.Join(risks, "\n"), about); err != nil || got != want {
			t.Errorf("%q: %q, %v", about, risks, err)
		}
	}
	expectRisk(w.store, "the login", false)
	expectRisk(openStoreOn(t, withLogin(t, dsn, owner)), "the login "+owner+" could change the audit trail", true)
	expectRisk(openStoreOn(t, dsn), "is a superuser", true)

	reader := openStoreOn(t, withLogin(t, dsn, reading))
	if sum, err := reader.Verify(t.Context(), func(VerifyResult) {}); err != nil || !sum.IsIntact() || sum.Challenges != 1 {
		t.Errorf("who reads verifies: %+v, %v", sum, err)
	}
	if _, err := reader.ListSealedRows(t.Context()); err != nil {
		t.Errorf("who reads seals: %v", err)
	}
	expectRisk(reader, "the login", false)
	if err := reader.CheckReady(t.Context()); err == nil {
		t.Error("who reads can write")
	}
}

// What the server's own log would repeat of a record is said.
func TestALogThatRepeatsRowsIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for setting, about := range map[string]string{
		"log_error_verbosity=default": "repeats whole rows", "log_parameter_max_length_on_error=64": "typed with an error", "log_statement=mod": "logs statements with what people typed",
	} {
		name, value, _ := strings.Cut(setting, "=")
		w.Must(w.execAsOwner(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ` + name + ` = ''` + value + `''', current_database()); END $$`))
		risks, err := w.openStore().ListRisks(t.Context())
		if err != nil || !strings.Contains(strings.Join(risks, "\n"), about) {
			t.Errorf("%s: %q, %v", setting, risks, err)
		}
		w.Must(w.execAsOwner(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET ` + name + `', current_database()); END $$`))
	}
}
