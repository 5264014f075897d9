package postgres

import (
	"strings"
	"testing"
	"time"

	"challengebot/internal/storage/storagetest"
)

// Each change that an owner makes beside the trails is named, and nothing that the program did is.
func TestRowsThatDoNotFitOneAnotherAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.RaiseAsked()
	w.DeliverAll()
	w.Now = w.Now.Add(time.Minute)
	w.Apply(c, storagetest.NewResponse("It was missed."), storagetest.ManagerID)
	problems := func() string {
		t.Helper()
		_, sum := w.verifyProblems()
		var found []string
		for _, p := range sum.LooseRows {
			found = append(found, p.String())
		}
		return strings.Join(found, "\n")
	}
	if found := problems(); found != "" {
		t.Fatalf("its own: %s", found)
	}
	tables := []string{"ladder", "delivery", "posted_card", "attempt", "receipt"}
	for change, want := range map[string]string{
		`DELETE FROM ladder`: "a challenge follows it, and it is not there",
		`UPDATE challenge SET stalled_until = '2199-01-01' WHERE next_at IS NOT NULL`: "are put off further than the program ever does",
		`DELETE FROM posted_card`:                                                                                        "it was sent, and where it stands is not there",
		`DELETE FROM delivery WHERE kind = 'post' AND state = 'sent'`:                                                    "its message is not there",
		`UPDATE receipt SET challenge_id = gen_random_uuid() WHERE challenge_id IS NOT NULL`:                             "its challenge is not there",
		`UPDATE delivery SET challenge_id = gen_random_uuid() WHERE kind = 'post'`:                                       "its challenge is not there",
		`UPDATE delivery SET lane = 'person:stranger', to_person = 'stranger' WHERE kind = 'update' AND to_person <> ''`: "it does not fit the card that it updates",
		`UPDATE posted_card SET lane = 'person:stranger', to_person = 'stranger' WHERE to_person <> ''`:                  "it is not of a message that was sent",
	} {
		const asOwner = `SET LOCAL session_replication_role = replica`
		keep, restore := []string{}, []string{asOwner}
		for _, table := range tables {
			keep = append(keep, `CREATE TABLE kept_`+table+` AS TABLE `+table)
			restore = append(restore, `DELETE FROM `+table, `INSERT INTO `+table+` OVERRIDING SYSTEM VALUE SELECT * FROM kept_`+table, `DROP TABLE kept_`+table)
		}
		w.Must(w.execAsOwner(append(keep, asOwner, change)...))
		if found := problems(); !strings.Contains(found, want) {
			t.Errorf("%s: nothing says %q:\n%s", change, want, found)
		}
		w.Must(w.execAsOwner(append(restore, `UPDATE challenge SET stalled_until = NULL`)...))
		if found := problems(); found != "" {
			t.Fatalf("%s, put back: %s", change, found)
		}
	}
}
