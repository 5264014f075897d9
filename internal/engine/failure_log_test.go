package engine

import (
	"fmt"
	"testing"
	"time"

	"challengebot/internal/storage/storagetest"
)

func TestWhatTheLogRemembersHasAnEnd(t *testing.T) {
	t.Parallel()
	var lt logThrottle
	now := storagetest.Monday
	for i := range maxThrottled + 50 {
		if !lt.allow(fmt.Sprint("trouble ", i), now) {
			t.Fatalf("trouble %d was not said", i)
		}
	}
	if lt.allow("trouble 7", now.Add(failureLogInterval-time.Second)) {
		t.Error("it was said twice in five minutes")
	}
	later := now.Add(failureLogInterval)
	if !lt.allow("another", later) || len(lt.lastLogged) != 1 {
		t.Errorf("%d troubles are remembered when all but one are over", len(lt.lastLogged))
	}
	if lt.allowEvery(time.Hour, "another", later.Add(time.Hour-time.Second)) || !lt.allowEvery(time.Hour, "another", later.Add(time.Hour)) {
		t.Error("an hour is not an hour")
	}
	if !lt.allow("another", now.Add(-time.Hour)) {
		t.Error("a clock that was set back keeps it unsaid")
	}
}
