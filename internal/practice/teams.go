package practice

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options describe the authority that is practised with.
type Options struct {
	// AppID is the bot's application id, Tenant the authority's tenant id.
	AppID, Tenant string
	// BotName is what people see and mention; "Challenge" when empty.
	BotName  string
	People   []Person
	Channels []Channel
	// Now is the time here. With Clock it may be left out, and without either it
	// is the time of this machine.
	Now func() time.Time
	// Clock, if set, is served at ClockURL for child processes, on a port of its
	// own, so that Cut does not stop it.
	Clock *Clock
	// AppNotUploaded: the tenant knows no app, so nobody can install it before Upload.
	AppNotUploaded bool
	// BotURL is where the bot listens, without /api/messages; SetBotURL sets it later.
	BotURL string
	// Errorf is told of each violation at once; a test passes its own Errorf.
	Errorf func(format string, args ...any)
	// OnCard, if set, is handed every card that Teams took: posted, updated, returned
	// by an action, or in a dialog. It may be called under a lock and must not call back.
	OnCard func(ShownCard)
}

// ShownCard is a card that somebody has in front of them.
type ShownCard struct {
	Card      *Card
	MessageID string // id of the message it stands in
	InChannel bool   // whether that message stands in a channel
	InDialog  bool   // whether the card is in a window of its own
}

// reportCard hands a card to whoever collects them.
func (t *Teams) reportCard(card *Card, s *storedMessage, dialog bool) {
	if t.options.OnCard != nil && card != nil {
		t.options.OnCard(ShownCard{Card: card, MessageID: s.id, InChannel: s.conversation.channel != nil, InDialog: dialog})
	}
}

// Teams is the running stand-in. All methods may be used concurrently.
type Teams struct {
	options  Options
	baseURL  string
	listener *cutListener
	server   *http.Server
	client   *http.Client
	clockURL string
	closing  chan struct{}
	close    func() // once
	done     chan struct{}
	signed   sync.Map // tokens by key and claims

	mu            sync.Mutex
	app           *appPackage // nil before Upload
	botURL        string
	keys          []*signingKey // the newest last
	people        []*Person
	channels      []*Channel
	conversations map[string]*conversation
	allMessages   []*storedMessage
	messagesByID  map[string]*storedMessage
	botTokens     map[string]time.Time // issued to the bot -> end
	calls         []Call
	faults        []*activeFault
	violations    []Violation
	callHooks     []func(Call)
	answerHooks   []func(Call)
	limiter       *rateLimiter // nil while off
	events        []messageEvent
	nextChange    chan struct{} // closed at the next event
	lastMessageID int64
}

// Violation is one thing the bot did that Teams or a reader would not accept.
type Violation struct {
	At       time.Time
	Where    string
	Findings []string
}

// String is the violation in one line.
func (v Violation) String() string { return v.Where + ": " + strings.Join(v.Findings, "; ") }

// Start serves a practice Teams on a free loopback port until Close.
func Start(options Options) (*Teams, error) {
	if options.AppID == "" || options.Tenant == "" {
		return nil, errors.New("practice: AppID and Tenant are needed")
	}
	options.BotName = orDefault(options.BotName, "Challenge")
	if options.Now == nil {
		options.Now = time.Now
		if options.Clock != nil {
			options.Now = options.Clock.Now
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("practice: no port on loopback: %w", err)
	}
	t := &Teams{
		options: options, botURL: options.BotURL,
		baseURL:       "http://" + listener.Addr().String(),
		listener:      newCutListener(listener),
		client:        &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: botTimeout},
		closing:       make(chan struct{}),
		done:          make(chan struct{}),
		keys:          []*signingKey{sharedKey()},
		conversations: map[string]*conversation{},
		messagesByID:  map[string]*storedMessage{},
		botTokens:     map[string]time.Time{},
		nextChange:    make(chan struct{}),
	}
	if err := t.assignIDs(); err != nil {
		_ = listener.Close()
		return nil, err
	}
	stopClock := func() {}
	if options.Clock != nil {
		if t.clockURL, stopClock, err = options.Clock.Listen(); err != nil {
			_ = listener.Close()
			return nil, err
		}
	}
	t.close = sync.OnceFunc(func() { t.shutDown(stopClock) })
	t.server = &http.Server{Handler: http.HandlerFunc(t.handleRequest), ReadHeaderTimeout: 10 * time.Second}
	go func() { defer close(t.done); _ = t.server.Serve(t.listener) }()
	return t, nil
}

// assignIDs gives people and channels their ids.
func (t *Teams) assignIDs() error {
	names := map[string]bool{}
	for _, given := range t.options.People {
		p := given
		p.teams = t
		p.TeamsUserID = orDefault(p.TeamsUserID, "29:1"+opaqueID("mri", t.options.AppID, p.ID))
		if p.ID == "" || p.Name == "" || names[p.Name] || names[p.ID] {
			return fmt.Errorf("practice: person %q needs an id and a name of their own", p.ID)
		}
		names[p.Name], names[p.ID] = true, true
		t.people = append(t.people, &p)
	}
	for _, given := range t.options.Channels {
		ch := given
		ch.teams = t
		kind := "@thread.tacv2"
		if ch.Group {
			kind = "@thread.v2"
		}
		ch.ID = orDefault(ch.ID, "19:"+opaqueID("channel", ch.TeamName, ch.Name)+kind)
		ch.TeamID = orDefault(ch.TeamID, "19:"+opaqueID("team", ch.TeamName)+"@thread.tacv2")
		if ch.Name == "" || names["#"+ch.Name] || names[ch.ID] {
			return fmt.Errorf("practice: channel %q needs an id and a name of its own", ch.ID)
		}
		names["#"+ch.Name], names[ch.ID] = true, true
		t.channels = append(t.channels, &ch)
	}
	return nil
}

// Close stops serving; hanging calls are let go.
func (t *Teams) Close() { t.close() }

func (t *Teams) shutDown(stopClock func()) {
	close(t.closing)
	_ = t.server.Close()
	<-t.done
	stopClock()
	t.client.CloseIdleConnections()
}

// ServiceURL is what activities name as the place to answer to.
func (t *Teams) ServiceURL() string { return t.baseURL + "/emea/" + t.options.Tenant + "/" }

// MetadataURL is the OpenID metadata for the tokens the bot receives.
func (t *Teams) MetadataURL() string { return t.baseURL + "/v1/.well-known/openidconfiguration" }

// TokenURL is where the bot gets tokens for its own calls.
func (t *Teams) TokenURL() string { return t.baseURL + "/" + t.options.Tenant + "/oauth2/v2.0/token" }

// ClockURL is where a child process finds the practice clock; empty without one.
func (t *Teams) ClockURL() string { return t.clockURL }

// Issuer is the issuer of the tokens the bot receives. It differs from Microsoft's
// so that no token from here is good anywhere else.
func (t *Teams) Issuer() string { return t.baseURL }

// SetBotURL says where the bot listens, without /api/messages.
func (t *Teams) SetBotURL(url string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.botURL = strings.TrimRight(url, "/")
}

// Now is the time here.
func (t *Teams) Now() time.Time { return t.options.Now() }

// Person finds somebody by name or Entra id and panics if there is nobody, as a
// story that names a stranger is mistaken.
func (t *Teams) Person(name string) *Person {
	for _, p := range t.people {
		if p.Name == name || p.ID == name {
			return p
		}
	}
	panic("practice: nobody is called " + strconv.Quote(name))
}

// People are all people, in the order given.
func (t *Teams) People() []*Person { return slices.Clone(t.people) }

// Channel finds a channel by name or id and panics if there is none.
func (t *Teams) Channel(name string) *Channel {
	for _, ch := range t.channels {
		if ch.Name == name || ch.ID == name {
			return ch
		}
	}
	panic("practice: no channel is called " + strconv.Quote(name))
}

// Channels are all channels, in the order given.
func (t *Teams) Channels() []*Channel { return slices.Clone(t.channels) }

// Violations are all faults of the bot's so far.
func (t *Teams) Violations() []Violation {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.violations)
}

// recordViolation records a fault of the bot's and tells whoever listens.
func (t *Teams) recordViolation(where string, findings ...string) {
	if len(findings) == 0 {
		return
	}
	v := Violation{At: t.Now(), Where: where, Findings: findings}
	t.mu.Lock()
	t.violations = append(t.violations, v)
	t.mu.Unlock()
	t.reportError("practice: the bot broke a rule: %s", v)
}

// reportError tells the test, if there is one.
func (t *Teams) reportError(format string, args ...any) {
	if t.options.Errorf != nil {
		t.options.Errorf(format, args...)
	}
}

// nextMessageIDLocked makes a message id as Teams does: milliseconds, never twice.
func (t *Teams) nextMessageIDLocked() string {
	t.lastMessageID = max(t.lastMessageID+1, t.Now().UnixMilli())
	return strconv.FormatInt(t.lastMessageID, 10)
}

func (t *Teams) botID() string { return "28:" + t.options.AppID }
