package story

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
)

// secret is a text that must not turn up anywhere.
const secret = "A sentence about a child that nobody else may read"

// forgedRequest is what somebody who is not Teams may send.
type forgedRequest struct {
	claims, activity object
	token            func(claims object) string // signs as Teams would if nil
}

func TestATurnWithoutAGoodTokenIsRefusedCountedAndLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	stranger := strangerKey(t)
	known := tokenHeader(t, s.Teams.SignToken(s.Teams.ActivityClaims()))
	now := s.Clock.Now()
	for _, c := range []struct {
		name, reason string
		change       func(*forgedRequest)
	}{
		{"no token", "missing", func(a *forgedRequest) { a.token = func(object) string { return "" } }},
		{"no bearer", "malformed", func(a *forgedRequest) { a.token = func(object) string { return "Basic bWF5YTpva2Fmb3I=" } }},
		{"half a token", "malformed", func(a *forgedRequest) {
			a.token = func(c object) string {
				return "Bearer " + strings.Join(strings.Split(s.Teams.SignToken(c), ".")[:2], ".")
			}
		}},
		{"a token of no algorithm", "algorithm", func(a *forgedRequest) {
			a.token = func(c object) string {
				return "Bearer " + signToken(t, jwt.SigningMethodNone, known, c, jwt.UnsafeAllowNoneSignatureType)
			}
		}},
		{"a shared secret in place of a key", "algorithm", func(a *forgedRequest) {
			a.token = func(c object) string {
				return "Bearer " + signToken(t, jwt.SigningMethodHS256, known, c, []byte("secret"))
			}
		}},
		{"a key nobody published", "kid", func(a *forgedRequest) {
			a.token = func(c object) string {
				return "Bearer " + signToken(t, jwt.SigningMethodRS256, object{"kid": "somebody's own"}, c, stranger)
			}
		}},
		{"another key under a published name", "signature", func(a *forgedRequest) {
			a.token = func(c object) string { return "Bearer " + signToken(t, jwt.SigningMethodRS256, known, c, stranger) }
		}},
		{"a changed token", "signature", func(a *forgedRequest) {
			a.token = func(c object) string {
				parts := strings.Split(s.Teams.SignToken(c), ".")
				c["exp"] = now.Add(time.Hour).Unix()
				parts[1] = strings.Split(s.Teams.SignToken(c), ".")[1]
				return "Bearer " + strings.Join(parts, ".")
			}
		}},
		{"another issuer", "issuer", func(a *forgedRequest) { a.claims["iss"] = "https://api.botframework.com" }},
		{"another bot's token", "audience", func(a *forgedRequest) { a.claims["aud"] = "b0700000-0000-4000-8000-00000000000f" }},
		{"a token without an end", "lifetime_missing", func(a *forgedRequest) { delete(a.claims, "exp") }},
		{"a token that ended", "expired", func(a *forgedRequest) { a.claims["exp"] = now.Add(-6 * time.Minute).Unix() }},
		{"a token of tomorrow", "not_yet_valid", func(a *forgedRequest) {
			a.claims["nbf"], a.claims["exp"] = now.Add(24*time.Hour).Unix(), now.Add(25*time.Hour).Unix()
		}},
		{"another channel", "channel", func(a *forgedRequest) { a.activity["channelId"] = "webchat" }},
		{"a token without a service URL", "service_url_missing", func(a *forgedRequest) { delete(a.claims, "serviceurl") }},
		{"another service URL than the token's", "service_url_mismatch", func(a *forgedRequest) { a.activity["serviceUrl"] = "https://smba.example/" }},
		{"a service URL of somebody's own", "service_url_not_allowed", func(a *forgedRequest) {
			a.activity["serviceUrl"], a.claims["serviceurl"] = "https://smba.example/", "https://smba.example/"
		}},
		{"another tenant", "tenant", func(a *forgedRequest) {
			a.activity["channelData"] = object{"tenant": object{"id": "7e700000-0000-4000-8000-00000000000f"}}
		}},
		{"another tenant's conversation", "tenant", func(a *forgedRequest) {
			a.activity["conversation"].(object)["tenantId"] = "7e700000-0000-4000-8000-00000000000f"
		}},
		{"no tenant", "tenant", func(a *forgedRequest) {
			delete(a.activity, "channelData")
			delete(a.activity["conversation"].(object), "tenantId")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := forgedRequest{claims: maps.Clone(s.Teams.ActivityClaims()), activity: s.maya.newMessage("/challenge " + secret)}
			c.change(&a)
			if a.token == nil {
				a.token = func(claims object) string { return "Bearer " + s.Teams.SignToken(claims) }
			}
			sample := `challengebot_inbound_rejected_total{reason="` + c.reason + `"}`
			before, counted := s.databasePicture(), s.metricValue(sample)
			body, err := json.Marshal(a.activity)
			if err != nil {
				t.Fatal(err)
			}
			got := s.postAs(body, a.token(a.claims))
			if got.Status != http.StatusUnauthorized {
				t.Errorf("it was answered with %d %s, not 401", got.Status, got.Body)
			}
			if strings.Contains(got.Body, c.reason) {
				t.Errorf("the answer tells the stranger what to try next: %s", got.Body)
			}
			if s.metricValue(sample) == counted {
				t.Errorf("%s stayed at %s", sample, counted)
			}
			if diff := cmp.Diff(before, s.databasePicture()); diff != "" {
				t.Errorf("something was stored (-before +after):\n%s", diff)
			}
			s.settle()
			s.expectNoNews()
		})
	}
	s.expectNotLogged(secret, s.maya.Name, s.maya.ID, s.maya.ConversationID())
}

func (s *stage) expectNotLogged(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		for _, line := range s.log.linesWith(text) {
			s.t.Errorf("the log says %q: %s", text, line)
		}
	}
}

func strangerKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// tokenHeader is the head of a token: it names the key.
func tokenHeader(t *testing.T, token string) object {
	t.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Header
}

func signToken(t *testing.T, method jwt.SigningMethod, header, claims object, key any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, jwt.MapClaims(claims))
	token.Header["kid"] = header["kid"]
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestBeforeTheIssuersKeysAreKnownNobodyIsBelieved(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.Teams.CutConnections()
	before := s.databasePicture()
	if got := s.post(s.maya.newMessage("/challenge")); got.Status != http.StatusUnauthorized {
		t.Errorf("without any key a turn was answered with %d", got.Status)
	}
	if n := s.metricValue(`challengebot_inbound_rejected_total{reason="keys_unavailable"}`); n != "1" {
		t.Errorf("it was counted %s times", n)
	}
	if diff := cmp.Diff(before, s.databasePicture()); diff != "" {
		t.Errorf("something was stored:\n%s", diff)
	}
	s.Teams.RestoreConnections()
	s.Clock.Advance(time.Minute) // a failed fetch is tried again after a minute
	s.maya.types("/challenge")
	s.maya.gets("Raise a challenge")
}

func TestATurnUnderANewKeyOfTheIssuerIsBelieved(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/help")
	s.maya.gets("/challenge")
	s.Teams.RotateKey()
	s.Clock.Advance(time.Minute) // a storm of made-up keys costs one fetch a minute
	s.maya.types("/help")
	s.maya.gets("/challenge")
}

func TestWhatIsNoActivityIsRefusedAndCounted(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	good := "Bearer " + s.Teams.SignToken(s.Teams.ActivityClaims())
	large, err := json.Marshal(s.maya.newMessage(strings.Repeat("x", 256<<10)))
	if err != nil {
		t.Fatal(err)
	}
	before := s.databasePicture()
	for _, c := range []struct {
		name, body, reason string
		status             int
	}{
		{"nothing", "", "not_json", 400},
		{"half of it", `{"type":"message"`, "not_json", 400},
		{"two at once", `{"type":"message"}{"type":"message"}`, "not_json", 400},
		{"a name twice", `{"type":"message","type":"invoke"}`, "not_json", 400},
		{"a list", `[{"type":"message"}]`, "not_object", 400},
		{"a text", `"message"`, "not_object", 400},
		{"a type that is a number", `{"type":5}`, "not_object", 400},
		{"no type", `{"text":"/challenge"}`, "no_type", 400},
		{"nothing known", `null`, "no_type", 400},
		{"too much", string(large), "body_too_large", 413},
		{"too much of nothing", strings.Repeat(" ", 257<<10), "body_too_large", 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			sample := `challengebot_inbound_rejected_total{reason="` + c.reason + `"}`
			counted := s.metricValue(sample)
			if got := s.postAs([]byte(c.body), good); got.Status != c.status {
				t.Errorf("it was answered with %d %s, not %d", got.Status, got.Body, c.status)
			}
			if s.metricValue(sample) == counted {
				t.Errorf("%s stayed at %s", sample, counted)
			}
		})
	}
	if diff := cmp.Diff(before, s.databasePicture()); diff != "" {
		t.Errorf("something was stored:\n%s", diff)
	}
}

func TestWhatTheBotHasNoUseForIsTakenAndNothingIsDone(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	before := s.databasePicture("conversation") // every activity says how to reach its sender
	for _, kind := range []string{"typing", "messageReaction", "messageUpdate", "messageDelete", "conversationUpdate", "event", "handoff", "Message", "\u0000"} {
		activity := s.maya.newActivity(kind)
		activity["text"], activity["value"] = "/challenge", object{"verb": "raise"}
		if got := s.post(activity); got.Status != http.StatusOK || got.Body != "" {
			t.Errorf("%q was answered with %d %s", kind, got.Status, got.Body)
		}
	}
	for _, name := range []string{"", "task/fetch", "composeExtension/query", "adaptiveCard/Action"} {
		activity := s.maya.newInvoke(object{"verb": "raise"})
		activity["name"] = name
		if got := s.post(activity); got.Status != http.StatusOK {
			t.Errorf("the invoke %q was answered with %d %s", name, got.Status, got.Body)
		}
	}
	s.settle()
	s.expectNoNews()
	if diff := cmp.Diff(before, s.databasePicture("conversation")); diff != "" {
		t.Errorf("something was stored:\n%s", diff)
	}
}

func TestSomebodyWithoutAnIdentityInTheTenantCanDoNothing(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	before := s.databasePicture()
	for _, activity := range []object{
		s.tom.newMessage("/respond " + r.ref + " It is all done."), s.tom.newMessage("/challenge"), s.tom.newMessage("/mine"),
		s.tom.newActivity("installationUpdate"), s.tom.newInvoke(s.tom.buttonData(r.asked[0], "Send the answer")),
	} {
		delete(activity["from"].(object), "aadObjectId")
		got := s.post(activity)
		if got.Status != http.StatusOK {
			t.Errorf("it was answered with %d %s", got.Status, got.Body)
		}
		if strings.Contains(got.Body, r.ref) {
			t.Errorf("they were told: %s", got.Body)
		}
		if activity["type"] == "invoke" && got.Text == "" {
			t.Errorf("whoever pressed the button was told nothing: %q", got.Body)
		}
	}
	s.settle()
	s.expectNoNews()
	if diff := cmp.Diff(before, s.databasePicture()); diff != "" {
		t.Errorf("something was stored:\n%s", diff)
	}
}

// verbs are those of all buttons.
var verbs = []string{"raise", "preview", "respond", "judge", "gate", "withdraw", "skip", "hand_off", "refer", "refresh", ""}

func TestAForgedActionTellsAStrangerNotEvenThatTheChallengeExists(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	before := s.databasePicture("conversation", "delivery", "receipt")
	const nobodys, nobodysRef = "018f0000-0000-7000-8000-000000000000", "CH-000000"
	for _, verb := range verbs {
		if verb == "raise" || verb == "preview" {
			continue // the form is about no challenge that exists
		}
		data := object{"verb": verb, "challenge": s.challengeID(r.ref), "ref": r.ref, "visit": 1, "version": 1, "rung": "informal",
			"gate": "own-service-manager", "status": "passed", "verdict": "satisfied", "text": "Done.", "reason": "No need.",
			"to": "stage-4", "ground": "threshold-met", "evidence": "x", "card": "case"}
		for _, who := range []*actor{s.sam, s.ben, s.leah, s.daniel} {
			real, made := s.post(who.newInvoke(data)), s.post(who.newInvoke(withFields(data, "challenge", nobodys, "ref", nobodysRef)))
			if diff := cmp.Diff(made.Body, real.Body); diff != "" || real.Status != made.Status {
				t.Errorf("%s can tell by %q that the challenge exists (-made up +real):\n%s", who.Name, verb, diff)
			}
			if real.Text == "" || real.Card != nil {
				t.Errorf("%s was answered %q with %s", who.Name, verb, real.Body)
			}
		}
	}
	if diff := cmp.Diff(before, s.databasePicture("conversation", "delivery", "receipt")); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
}

func TestATypedReferenceTellsAStrangerNotEvenThatTheChallengeExists(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	before := s.databasePicture("conversation", "delivery", "receipt", "attempt")
	for _, typed := range []string{"/challenge %", "/respond % It is done. | x; y; 2026-04-10", "/satisfied %", "/partly % why",
		"/not-satisfied % why", "/gate % agreed", "/withdraw % why", "/skip % stage-4 threshold-met x", "/hand-off % x y", "/refer % a | b | c | d"} {
		s.ben.types(strings.ReplaceAll(typed, "%", r.ref))
		real := s.ben.gets()
		s.ben.types(strings.ReplaceAll(typed, "%", challenge.FormatReference(987_654)))
		made := s.ben.gets()
		if diff := cmp.Diff(made.String(), real.String()); diff != "" {
			t.Errorf("a stranger can tell by %q that the challenge exists (-made up +real):\n%s", typed, diff)
		}
	}
	if diff := cmp.Diff(before, s.databasePicture("conversation", "delivery", "receipt", "attempt")); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
}

func TestGarbageOnACardIsAnsweredInWordsAndChangesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	before := s.databasePicture("conversation")
	id := s.challengeID(r.ref)
	check := func(t interface{ Errorf(string, ...any) }, activity object) {
		got := s.post(activity)
		if got.Status != http.StatusOK || got.visibleText() == "" {
			body, _ := json.Marshal(activity["value"])
			t.Errorf("%s was answered with %d %q", body, got.Status, got.Body)
		}
	}
	for _, value := range []any{nil, "text", 5, true, []any{}, object{}, object{"action": nil}, object{"action": 5},
		object{"action": object{"data": []any{1}}}, object{"action": object{"data": "x"}}, object{"trigger": 7, "action": object{"data": object{}}}} {
		activity := s.tom.newInvoke(nil)
		activity["value"] = value
		check(t, activity)
	}
	nested := func(depth int) (deep any) {
		for deep = "x"; depth > 0; depth-- {
			deep = object{"a": deep}
		}
		return deep
	}
	check(t, s.tom.newInvoke(object{"verb": "respond", "challenge": id, "visit": 1, "text": nested(40)}))
	// What nests deeper than anything that Teams sends is not read at all.
	if got := s.post(s.tom.newInvoke(object{"verb": "respond", "challenge": id, "visit": 1, "text": nested(2000)})); got.Status != http.StatusBadRequest {
		t.Errorf("a body that nests 2,000 deep was answered with %d %q", got.Status, got.Body)
	}
	check(t, s.tom.newInvoke(object{"verb": "respond", "challenge": id, "visit": 1, "text": strings.Repeat("é", 60_000)}))
	rapid.Check(t, func(t *rapid.T) {
		check(t, s.tom.newInvoke(garbageData(id).Draw(t, "data")))
	})
	if diff := cmp.Diff(before, s.databasePicture("conversation")); diff != "" {
		t.Errorf("garbage changed something:\n%s", diff)
	}
}

// garbageData is what may stand on a card that somebody tampered with: known names
// with values of any kind, but never a whole answer.
func garbageData(id string) *rapid.Generator[object] {
	value := rapid.OneOf(
		rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(v bool) any { return v }),
		rapid.Map(rapid.Float64Range(-1e300, 1e300), func(v float64) any { return v }),
		rapid.Map(rapid.IntRange(-3, 3), func(v int) any { return v }),
		rapid.Map(rapid.String(), func(v string) any { return v }),
		rapid.Map(rapid.SliceOfN(rapid.String(), 0, 3), func(v []string) any { return v }),
		rapid.SampledFrom([]any{"99999999999999999999", "\u0000", "2026-02-31", "0000-00-00", "satisfied", "passed", "stage-2",
			"own-service-manager", "threshold-met", "(none)", object{}, object{"x": []any{nil}}}),
	)
	names := []string{"card", "ref", "visit", "version", "rung", "gate", "status", "verdict", "inputs", "nonce", "ladder",
		"record", "conference", "conference_date", "concern", "team", "agency", "start_at", "start_ground", "text", "reason",
		"note", "on", "to", "ground", "plan_1_what", "plan_1_by", "plan_9_by", "informed_", "contact"}
	return rapid.Custom(func(t *rapid.T) object {
		data := object{}
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 12, rapid.ID[string]).Draw(t, "names") {
			data[name] = value.Draw(t, name)
		}
		data["verb"] = rapid.SampledFrom(append(verbs, "drop", "RAISE")).Draw(t, "verb")
		data["challenge"] = rapid.SampledFrom([]any{id, strings.ToUpper(id), "x", "", 5, nil}).Draw(t, "challenge")
		delete(data, "plan_1_who") // no plan is whole
		return data
	})
}

// A tampered client may leave out the checks of fields; the bot's own still stand.
func TestWhatAClientWouldNotHaveSentIsMarkedOnTheCardAndKept(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	before := s.databasePicture("conversation")
	for _, c := range []struct {
		name, field, told string
		in                practice.Inputs
	}{
		{"nothing written", "text", "Please write your response.", practice.Inputs{"text": " "}},
		{"far too much", "text", "Please keep this to 4000 characters", practice.Inputs{"text": strings.Repeat("long ", 1000)}},
		{"no plan", "plan_1_what", "Please agree at least one action", practice.Inputs{"plan_1_what": "", "plan_1_who": "", "plan_1_by": ""}},
		{"nobody to do it", "plan_1_who", "Please say who will do it.", practice.Inputs{"plan_1_who": ""}},
		{"a day that has passed", "plan_1_by", "This date has passed.", practice.Inputs{"plan_1_by": "2026-03-29"}},
		{"no day", "plan_1_by", "Please give the date", practice.Inputs{"plan_1_by": ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.tom.clicksUnchecked(r.asked[0], "Send the answer", answerInputs("2026-04-17", c.in))
			card := r.asked[0].ViewedBy(s.tom.Person)
			expectMarked(t, card, c.field, c.told)
			want := answerInputs("2026-04-17", c.in)
			if c.name == "nothing written" {
				want["text"] = " "
			}
			expectInputsKept(t, s.tom.Name, card, want)
		})
	}
	if diff := cmp.Diff(before, s.databasePicture("conversation")); diff != "" {
		t.Errorf("a refused answer changed something:\n%s", diff)
	}
	s.tom.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))
	s.maya.gets(r.ref, "Tom Reid answered")
}
