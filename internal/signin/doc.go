// Package signin signs people in to the pages with their work account, by OpenID Connect.
//
// # Promise
//
//   - Whoever comes back from the issuer began here, in the same browser, a moment ago: state, nonce
//     and PKCE are held, each used once.
//   - A token counts when the issuer signed it, for this client, for the one tenant, and it has not
//     ended. Of all that it says only the object id is taken: who the person is and what they may do
//     is the directory's of the moment, never the token's.
//   - A session ends after 20 minutes without a request and 8 hours after it began. It is a sealed
//     cookie, so that any instance takes it and no table keeps it; it holds an object id and two times.
//   - Nothing that is sealed can be read, changed or used by somebody else or for something else.
//   - Nothing of a token, a code or a person is in an error or a log.
//
// The issuer is asked when somebody signs in, for its metadata, its keys and the token: with a limit
// of time, and with no transaction open.
package signin
