package entra

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"challengebot/internal/directory"
	"challengebot/internal/practice"
)

type anyToken struct{}

func (anyToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "t"}, nil
}

const chairs, managers = "9a000000-0000-4000-8000-000000000001", "9a000000-0000-4000-8000-000000000002"

func userID(n int) string { return fmt.Sprintf("0a000000-0000-4000-8000-%012d", n) }

// office is a Graph with people, and a reader of it.
type office struct {
	*practice.Graph
	*Reader
	t     testing.TB
	slept []time.Duration
}

func openOffice(t testing.TB, people int) *office {
	t.Helper()
	g, err := practice.StartGraph(t.Errorf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	o := &office{Graph: g, t: t}
	o.Reader = NewReader(Config{BaseURL: g.URL(), Scope: "s", Credential: anyToken{}, Sleep: func(_ context.Context, d time.Duration) error {
		o.slept = append(o.slept, d)
		return nil
	}})
	for n := range people {
		g.SetUser(practice.GraphUser{ID: userID(n), Name: fmt.Sprintf("Person %d", n), Login: fmt.Sprintf("p%04d@x.gov.uk", n), Department: "North"})
	}
	g.AddMember(chairs, userID(0), false)
	g.AddMember(managers, userID(1), false)
	g.AddMember(managers, userID(2), false)
	return o
}

// expect reads, and fails unless these people are chairs and managers.
func (o *office) expect(want string) {
	o.t.Helper()
	groups, err := o.Read(o.t.Context(), []string{chairs, managers})
	if err != nil {
		o.t.Errorf("%v, want %s", err, want)
		return
	}
	if got := nameAll(groups[chairs]) + "|" + nameAll(groups[managers]); got != want {
		o.t.Errorf("read %s, want %s", got, want)
	}
}

func nameAll(members []directory.GroupMember) string {
	var names []string
	for _, m := range members {
		names = append(names, strings.TrimPrefix(m.Name, "Person "))
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}

func (o *office) expectError(words string) {
	o.t.Helper()
	if _, err := o.Read(o.t.Context(), []string{chairs, managers}); err == nil || !strings.Contains(err.Error(), words) {
		o.t.Errorf("got %v, want an error with %q", err, words)
	}
}

func TestMembersAreReadAndThenWhatHasChanged(t *testing.T) {
	t.Parallel()
	o := openOffice(t, 250)
	o.expect("0|1,2")
	if n := o.Calls(); n != 3+1 {
		t.Errorf("the first reading took %d calls", n)
	}
	o.expect("0|1,2")
	if n := o.Calls(); n != 2 {
		t.Errorf("a reading without a change took %d calls", n)
	}
	o.AddMember(managers, userID(7), false)
	o.RemoveMember(managers, userID(1))
	o.SetUser(practice.GraphUser{ID: userID(2), Name: "Person Two", Login: "p2@x"})
	o.expect("0|7,Two")
	o.DisableUser(userID(7)) // their groups say nothing of it
	o.expect("0|Two")
	o.DeleteUser(userID(2))
	o.expect("0|")
	o.SetUser(practice.GraphUser{ID: userID(2), Name: "Person 2", Login: "p2@x"}) // restored
	o.expect("0|2")
	o.Forget()
	o.expect("0|2")
	groups, err := o.Read(t.Context(), []string{managers}) // other groups are read from the beginning
	if err != nil || len(groups) != 1 {
		t.Errorf("%v, %v", groups, err)
	}
}

func TestTheFirstReadingTakesInNobodyWhoHadLeftTheGroup(t *testing.T) {
	t.Parallel()
	o := openOffice(t, 10)
	o.RemoveMember(managers, userID(1))
	o.DeleteUser(userID(0))
	o.expect("|2")
}

// A group of 123, in pages of 100, is read whole or not at all.
func TestAReadingIsWholeOrChangesNothing(t *testing.T) {
	t.Parallel()
	further := func(f practice.GraphFault) practice.GraphFault { f.OnFurtherPage = true; return f }
	always := func(f practice.GraphFault) []practice.GraphFault {
		return slices.Repeat([]practice.GraphFault{f}, maxTries)
	}
	for name, c := range map[string]struct {
		faults []practice.GraphFault
		want   string
	}{
		"a further page is unknown":  {[]practice.GraphFault{further(practice.GraphFault{Status: 404, Code: "UnknownError"})}, "404 UnknownError"},
		"no permission":              {[]practice.GraphFault{{Status: 403, Code: "Authorization_RequestDenied"}}, "grant the bot's registration the application permissions User.Read.All and GroupMember.Read.All"},
		"half a page, always":        {always(practice.GraphFault{Status: 200, Half: true}), "no whole answer"},
		"away":                       {always(practice.GraphFault{Status: 503, Code: "ServiceUnavailable"}), "503 ServiceUnavailable"},
		"throttled for an hour":      {[]practice.GraphFault{{Status: 429, Code: "TooManyRequests", RetryAfter: 3600}}, "throttling for longer"},
		"the next page is elsewhere": {[]practice.GraphFault{{Status: 200, Elsewhere: true}}, "another host"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openOffice(t, 130)
			o.Fail(c.faults...)
			o.expectError(c.want)
			o.expect("0|1,2")
			for n := 3; n < 126; n++ {
				o.AddMember(managers, userID(n), false)
			}
			o.AddMember(chairs, userID(129), false)
			o.Fail(c.faults...)
			before := o.state
			o.expectError(c.want)
			if o.state != before {
				t.Error("a reading that failed changed what is known")
			}
			groups, err := o.Read(t.Context(), []string{chairs, managers})
			if err != nil || len(groups[managers]) != 125 || len(groups[chairs]) != 2 {
				t.Errorf("%d managers, %d chairs, %v", len(groups[managers]), len(groups[chairs]), err)
			}
		})
	}
}

func TestAShortFaultIsWaitedFor(t *testing.T) {
	t.Parallel()
	o := openOffice(t, 250)
	o.Fail(practice.GraphFault{Status: 429, Code: "TooManyRequests", RetryAfter: 17}, practice.GraphFault{Status: 200, Half: true}, practice.GraphFault{Status: 502, Code: "BadGateway"})
	o.expect("0|1,2")
	if want := []time.Duration{17 * time.Second, 4 * time.Second, 8 * time.Second}; !slices.Equal(o.slept, want) {
		t.Errorf("it waited %v, want %v", o.slept, want)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if _, err := o.Read(ended, []string{chairs, managers}); err == nil {
		t.Error("it read after its end")
	}
}

func TestAGroupThatIsNotThereOrHoldsAGroupIsSaid(t *testing.T) {
	t.Parallel()
	o := openOffice(t, 5)
	o.AddMember(managers, chairs, true)
	o.expectError("the group " + managers + " holds another group")
	o.RemoveMember(managers, chairs)
	o.expect("0|1,2")
	o.DeleteGroup(managers)
	o.expectError("there is no group " + managers)
	o.expectError("there is no group " + managers)
}

func TestWhatFailsNamesNobody(t *testing.T) {
	t.Parallel()
	o := openOffice(t, 3)
	o.Close()
	o.expectError("no whole answer")
	if _, err := o.Read(t.Context(), nil); err == nil || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("the error has the address: %v", err)
	}
}

// BenchmarkRead reads 5,000 people in 400 teams' groups: everything, and one change.
func BenchmarkRead(b *testing.B) {
	o := openOffice(b, 5_000)
	o.PageSize = 200
	groups := []string{chairs}
	for team := range 400 {
		id := fmt.Sprintf("9b000000-0000-4000-8000-%012d", team)
		groups = append(groups, id)
		for n := range 12 {
			o.AddMember(id, userID((team*12+n)%5_000), false)
		}
	}
	b.Run("everything", func(b *testing.B) {
		for b.Loop() {
			o.Reader.state = nil
			if _, err := o.Read(b.Context(), groups); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(o.Calls())/float64(b.N), "calls/op")
	})
	b.Run("one change", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			o.SetUser(practice.GraphUser{ID: userID(n % 5_000), Name: "Another", Login: "x"})
			if _, err := o.Read(b.Context(), groups); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(o.Calls())/float64(b.N), "calls/op")
	})
}
