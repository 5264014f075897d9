package signin

import (
	"errors"
	"net/http"
	"time"
)

const (
	// IdleLimit is how long a session lasts without a request, and SessionLimit how long at all.
	IdleLimit    = 20 * time.Minute
	SessionLimit = 8 * time.Hour
)

// The cookies, and what they are sealed for.
const (
	sessionCookie = "session"
	beginCookie   = "sign-in"
)

// Session is somebody who is signed in.
type Session struct {
	// Person is their Entra object id.
	Person      string
	Began, Used time.Time
}

// Ends is when the session ends if nothing more is asked for.
func (s Session) Ends() time.Time {
	idle, whole := s.Used.Add(IdleLimit), s.Began.Add(SessionLimit)
	if whole.Before(idle) {
		return whole
	}
	return idle
}

var (
	// ErrNotSignedIn is of a request without a session.
	ErrNotSignedIn = errors.New("signin: nobody is signed in")
	// ErrEnded is of a request whose session has ended. Whose it was is told: what they had typed
	// is kept for them alone.
	ErrEnded = errors.New("signin: the session has ended")
)

// Continue gives the session of a request, and lets it run on.
func (s *SignIn) Continue(w http.ResponseWriter, r *http.Request) (Session, error) {
	var session Session
	cookie, err := r.Cookie(s.cookieName(sessionCookie))
	if err != nil || !s.sealer.open(sessionCookie, "", cookie.Value, &session) || session.Person == "" {
		return Session{}, ErrNotSignedIn
	}
	now := s.config.Now()
	if !now.Before(session.Ends()) || now.Before(session.Began) {
		return session, ErrEnded
	}
	session.Used = now
	s.keep(w, session)
	return session, nil
}

// End ends the session of this browser.
func (s *SignIn) End(w http.ResponseWriter) { s.dropCookie(w, sessionCookie) }

func (s *SignIn) keep(w http.ResponseWriter, session Session) {
	s.setCookie(w, sessionCookie, s.sealer.seal(sessionCookie, "", session))
}

// cookieName has the prefix that binds a cookie to this host and to TLS, where there is TLS.
func (s *SignIn) cookieName(name string) string {
	if s.secure {
		return "__Host-challengebot-" + name
	}
	return "challengebot-" + name
}

// setCookie sets a cookie that ends with the browser. It is sent when a link leads here, as from the
// issuer and from a message in Teams, and with no form of another site.
func (s *SignIn) setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (s *SignIn) dropCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(name), Path: "/", MaxAge: -1, Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// SealFor seals something for one person and one purpose, as a text that can stand in an address.
func (s *SignIn) SealFor(person, purpose string, v any) string {
	return s.sealer.seal("for "+purpose, person, v)
}

// OpenFor opens it, for the same person and purpose; false for everything else.
func (s *SignIn) OpenFor(person, purpose, sealed string, v any) bool {
	return person != "" && s.sealer.open("for "+purpose, person, sealed, v)
}
