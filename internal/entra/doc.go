// Package entra reads from Entra ID, through Microsoft Graph, who is in the groups that stand for an
// authority's roles. It promises all or nothing: people and members are as Entra had them at the
// end of a whole reading, or as they were after the last one. A page that fails, half a page, a
// throttle that does not end and a group that was deleted change nothing and are errors.
//
// The first reading and every later one are delta queries; what has changed since is asked for, and
// where Graph does not remember any more, everything. Somebody who was deleted or disabled is
// nobody's member, though Entra keeps them for a while.
package entra
