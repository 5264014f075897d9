package localpg

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who the server programs run as. PostgreSQL refuses to run as root.
type account struct {
	name       string
	uid, gid   int
	credential *syscall.Credential // nil: as ourselves
}

func chooseAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return &account{name: "uid " + strconv.Itoa(os.Geteuid()), uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, fmt.Errorf("localpg: read the account %q: %w", name, err)
		}
		return &account{name: name, uid: int(uid), gid: int(gid), credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return nil, errors.New("localpg: PostgreSQL refuses to run as root, and there is no account postgres or nobody to run it as: " +
		"add one, start this program as another user, or set DATABASE_URL")
}

// makePrivateDir makes a directory that only this account (and root) can enter.
func (a *account) makePrivateDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return a.chownPath(dir)
}

func (a *account) chownPath(path string) error {
	if a.credential == nil {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// checkCanEnter checks that the account may pass through dir and every directory above it. Our own
// account is not checked: its own failures name the path already.
func (a *account) checkCanEnter(dir string) error {
	if a.credential == nil {
		return nil
	}
	for d := dir; ; d = filepath.Dir(d) {
		info, err := os.Stat(d)
		if err != nil {
			return err
		}
		bit := os.FileMode(0o001)
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			switch {
			case int(st.Uid) == a.uid:
				bit = 0o100
			case int(st.Gid) == a.gid:
				bit = 0o010
			}
		}
		if info.Mode()&bit == 0 {
			return fmt.Errorf("localpg: the account %s, which runs PostgreSQL for root, cannot enter %s: choose a directory elsewhere, "+
				"or start this program as an ordinary user", a.name, d)
		}
		if d == filepath.Dir(d) {
			return nil
		}
	}
}
