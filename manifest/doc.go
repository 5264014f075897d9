// Package manifest makes the Teams app package: the zip that an administrator
// uploads so that people find the bot in Teams.
//
// # The promise
//
// What Build writes, Teams takes: each value is held to the official schema and to
// the rules about icons that stand beside it, and what is wrong is said all at
// once, with what to do. The same options give the same bytes. When Build returns
// an error it has written nothing.
//
// # What the package asks for
//
// As little as possible. Two scopes: the private chat, in which everything about a
// child is said, and teams, whose channels see references and dates. No permission
// of any kind: posting in a team where the app is installed needs none, and reading
// what was not written to the bot is not wanted. No domains, as it has cards and no
// web pages. It declares that it works in private and shared channels, because what
// it posts there names nobody and because who may act is decided from the
// authority's own directory, never from who is in a channel.
package manifest
