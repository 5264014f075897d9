package contain

import (
	"errors"
	"strings"
	"testing"
)

func TestAPanicBecomesAnErrorThatTellsWhereAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	const secret = "Millie Brown"
	for name, f := range map[string]func() error{
		"a text":       func() error { panic(secret) },
		"an error":     func() error { panic(errors.New(secret)) },
		"a nil":        func() error { var p *struct{ n int }; return errors.New(string(rune(p.n))) },
		"a bad index":  func() error { return []error{}[len(secret)] },
		"with no word": func() error { panic(nil) },
	} {
		err := Run(f)
		var p *PanicError
		if !errors.As(err, &p) || !strings.Contains(p.Stack, "contain_test.go") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.Contains(err.Error()+p.Stack, secret) {
			t.Errorf("%s is repeated:\n%v\n%s", name, err, p.Stack)
		}
	}
}

func TestWhatDoesNotPanicIsGivenAsItIs(t *testing.T) {
	t.Parallel()
	fault := errors.New("no")
	if n, err := Value(func() (int, error) { return 7, fault }); n != 7 || err != fault {
		t.Errorf("%d, %v", n, err)
	}
	if err := Run(func() error { return nil }); err != nil {
		t.Error(err)
	}
	if n, err := Value(func() (int, error) { panic(1) }); n != 0 || err == nil {
		t.Errorf("%d, %v", n, err)
	}
}
