// Command mutate asks whether a package's own tests notice when its code is wrong. It makes
// one small change at a time (a condition negated, an operator swapped, a statement dropped,
// a constant or a returned value changed), runs the package's tests on it, and shows what
// they did not notice:
//
//	go run ./.ci/mutate -packages internal/engine,bot -n 30 -seed 1
//
// The changes are drawn at random; the same seed on the same code draws the same. The files
// are never touched: the changed text goes to the compiler as an overlay. A change that does
// not compile is not counted. Tests that do not end in time have noticed.
//
// Look at each survivor: a test is missing, the code is not needed, or the change is harmless.
package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	var o options
	names := flag.String("packages", "", "package directories, separated by commas")
	flag.IntVar(&o.n, "n", 30, "mutations for each package; 0: every one")
	flag.Uint64Var(&o.seed, "seed", 1, "what the draw begins with")
	flag.DurationVar(&o.limit, "timeout", 0, "for one run of the tests (default: four times what they take unchanged, and 20 seconds)")
	flag.StringVar(&o.run, "run", "", "only tests whose names match, as for go test")
	flag.Float64Var(&o.least, "least", 0, "fail if a package's tests notice less than this percentage")
	files := flag.String("files", "", "only files whose names match this regular expression")
	flag.Parse()
	if *names == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	var err error
	if o.files, err = regexp.Compile(*files); err == nil {
		err = mutatePackages(os.Stdout, strings.Split(*names, ","), o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

type options struct {
	n     int
	seed  uint64
	limit time.Duration
	run   string
	least float64
	files *regexp.Regexp
}

// score is what the tests of one package noticed.
type score struct {
	pkg              string
	tried, noticed   int
	outOfTime, sites int
}

func (s score) percent() float64 { return 100 * float64(s.noticed) / float64(max(s.tried, 1)) }

func mutatePackages(out io.Writer, names []string, o options) error {
	var scores []score
	for _, name := range names {
		s, err := mutatePackage(out, strings.TrimSpace(name), o)
		if err != nil {
			return err
		}
		scores = append(scores, s)
	}
	var low []string
	fmt.Fprintf(out, "\nnoticed by the package's own tests, seed %d:\n", o.seed)
	for _, s := range scores {
		fmt.Fprintf(out, "  %-28s %d of %d (%.0f %%), %d of them by the time limit; %d places to change\n",
			s.pkg, s.noticed, s.tried, s.percent(), s.outOfTime, s.sites)
		if s.percent() < o.least {
			low = append(low, s.pkg)
		}
	}
	if len(low) > 0 {
		return fmt.Errorf("less than %.0f %% noticed in %s", o.least, strings.Join(low, ", "))
	}
	return nil
}

// mutatePackage tries mutations of one package until enough of them compiled.
func mutatePackage(out io.Writer, name string, o options) (score, error) {
	p, err := loadPackage(name)
	if err != nil {
		return score{}, err
	}
	r, err := newRunner(p, o)
	if err != nil {
		return score{}, err
	}
	defer r.close()
	all := slices.DeleteFunc(p.mutations(), func(m mutation) bool { return !o.files.MatchString(m.file.name) })
	rand.New(rand.NewPCG(o.seed, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	s := score{pkg: name, sites: len(all)}
	for _, m := range all {
		if o.n > 0 && s.tried == o.n {
			break
		}
		if !p.compiles(m) {
			continue
		}
		verdict, err := r.test(m)
		if err != nil {
			return s, err
		}
		s.tried++
		switch verdict {
		case survived:
			fmt.Fprintf(out, "SURVIVED %s (%s)\n%s", m.position(), m.kind, m.diff())
			continue
		case ranOutOfTime:
			s.outOfTime++
		}
		s.noticed++
		fmt.Fprintf(out, "noticed  %s (%s)\n", m.position(), m.kind)
	}
	return s, nil
}
