package teamsfailure

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
)

func TestEveryKindSaysWhatToDoAndIsALabel(t *testing.T) {
	t.Parallel()
	seen := map[Kind]bool{}
	for _, k := range Kinds() {
		f := &Failure{Kind: k, Call: "send"}
		if f.Remedy() == "" || seen[k] || !regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`).MatchString(string(k)) {
			t.Errorf("kind %q: %q", k, f.Remedy())
		}
		seen[k] = true
	}
	if len(seen) != len(remedies) {
		t.Errorf("%d kinds are listed, %d have a remedy", len(seen), len(remedies))
	}
}

func TestAFailureTellsWhatWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	f := &Failure{Kind: Misconfigured, Call: "send", Status: 401, Code: "BotNotRegistered", MSCV: "abc.1", Cause: context.Canceled}
	want := "teams send: misconfigured, status 401, BotNotRegistered, MS-CV abc.1: " + remedies[Misconfigured]
	if f.Error() != want || !errors.Is(f, context.Canceled) {
		t.Errorf("%q, want %q", f.Error(), want)
	}
	f.Hint = "renew the secret"
	if !strings.HasSuffix(f.Error(), ": renew the secret") {
		t.Errorf("%q does not give the hint", f.Error())
	}
}

func TestWhatMayBeRepeatedUnchanged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		f    Failure
		want bool
	}{
		{Failure{Kind: Retryable}, true}, {Failure{Kind: UnclearRejection, Status: 407}, true},
		{Failure{Kind: Ambiguous, Status: 503}, true}, {Failure{Kind: Ambiguous, Status: 500}, false},
		{Failure{Kind: Rejected}, false}, {Failure{Kind: OurBug}, false}, {Failure{Kind: Misconfigured}, false},
		{Failure{Kind: PermanentServerError}, false},
	} {
		if got := test.f.IsRetryable(); got != test.want {
			t.Errorf("%s %d: %v", test.f.Kind, test.f.Status, got)
		}
	}
}

// The kinds are labels that operators type into alarms: they never change.
func TestTheLabelsOfTheKindsStay(t *testing.T) {
	t.Parallel()
	for kind, label := range map[Kind]string{
		Retryable: "retryable", Ambiguous: "ambiguous", ConversationGone: "conversation_gone", MessageGone: "message_gone", Rejected: "rejected",
		UnclearRejection: "unclear_rejection", OurBug: "our_bug", PermanentServerError: "permanent_server_error", Misconfigured: "misconfigured",
	} {
		if string(kind) != label {
			t.Errorf("%s is %q", label, kind)
		}
	}
}

func TestAFailureTellsNoMoreThanIsKnown(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		f    Failure
		want string
	}{
		{Failure{Kind: OurBug, Call: "update"}, "teams update: our bug: "},
		{Failure{Kind: MessageGone, Call: "update", Status: 404}, "teams update: message gone, status 404: "},
		{Failure{Kind: Rejected, Call: "send", Code: "BotBlocked"}, "teams send: rejected, BotBlocked: "},
		{Failure{Kind: PermanentServerError, Call: "send", MSCV: "a.1"}, "teams send: permanent server error, MS-CV a.1: "},
	} {
		if got := test.f.Error(); got != test.want+test.f.Remedy() {
			t.Errorf("%q, want %q and the remedy", got, test.want)
		}
	}
}
