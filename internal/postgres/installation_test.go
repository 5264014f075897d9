package postgres

import (
	"testing"
	"time"
)

func TestACopyOfTheDatabaseIsKnownAndSaysWhenItWasMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.openStore()
	served := w.openAsServer()
	expect := func(what string, want time.Time) {
		t.Helper()
		from, found, err := served.FindRestore(t.Context())
		if err != nil || found == want.IsZero() || !from.Equal(want) {
			t.Errorf("%s: %v, %v, %v; want %v", what, from, found, err, want)
		}
	}
	expect("a new database", time.Time{})
	expect("again", time.Time{})
	w.Must(w.execAsOwner(`UPDATE installation SET place = 'another cluster'`))
	expect("a copy on which no bot ever worked", time.Time{})
	lastBeat := w.Now.Add(-time.Hour)
	w.Must(s.RecordHeartbeat(t.Context(), lastBeat, false))
	expect("a copy", lastBeat)
	w.Must(s.RecordHeartbeat(t.Context(), w.Now, true))
	expect("a copy on which the bot began to work before it was done with it", lastBeat)
	w.Must(served.KeepPlace(t.Context()))
	expect("a copy that was dealt with", time.Time{})

	w.Must(w.execAsOwner(`UPDATE installation SET timeline = timeline + 1`))
	expect("after a failover", time.Time{})
	w.Must(w.execAsOwner(`UPDATE heartbeat SET checked_at = clock_timestamp() - interval '5 min'`))
	expect("after recovery to a point in time", w.Now)
	w.Must(served.KeepPlace(t.Context()))
	expect("which was dealt with", time.Time{})
}
