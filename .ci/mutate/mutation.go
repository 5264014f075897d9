package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// mutation is one change of one file: text in place of what stands from start to end.
type mutation struct {
	file       *file
	kind       string
	line       int
	start, end int
	text       string
}

func (m mutation) apply() []byte {
	return slices.Concat(m.file.source[:m.start], []byte(m.text), m.file.source[m.end:])
}

func (m mutation) position() string { return fmt.Sprintf("%s:%d", m.file.shown, m.line) }

// diff shows the lines that the change touches, before and after.
func (m mutation) diff() string {
	from := bytes.LastIndexByte(m.file.source[:m.start], '\n') + 1
	to := len(m.file.source)
	if i := bytes.IndexByte(m.file.source[m.end:], '\n'); i >= 0 {
		to = m.end + i
	}
	before := string(m.file.source[from:to])
	after := string(m.file.source[from:m.start]) + m.text + string(m.file.source[m.end:to])
	return prefixLines("-", before) + prefixLines("+", after)
}

func prefixLines(sign, text string) string {
	return "  " + sign + " " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  "+sign+" ") + "\n"
}

// swaps are the operators that take another's place.
var swaps = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.LAND: token.LOR, token.LOR: token.LAND, token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL,
	token.REM: token.MUL, token.SHL: token.SHR, token.SHR: token.SHL, token.AND: token.OR, token.OR: token.AND,
	token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN, token.MUL_ASSIGN: token.QUO_ASSIGN,
	token.INC: token.DEC, token.DEC: token.INC,
}

// finder gathers the mutations of one file.
type finder struct {
	pkg   *pkg
	file  *file
	found []mutation
}

// mutations lists every change that could be made, whether it compiles or not.
func (p *pkg) mutations() []mutation {
	var all []mutation
	for _, f := range p.files {
		fd := &finder{pkg: p, file: f}
		ast.Inspect(f.syntax, fd.visit)
		all = append(all, fd.found...)
	}
	return all
}

func (fd *finder) offset(p token.Pos) int { return fd.pkg.fset.Position(p).Offset }

func (fd *finder) textOf(n ast.Node) string {
	return string(fd.file.source[fd.offset(n.Pos()):fd.offset(n.End())])
}

// replace adds a change of everything from one place to another.
func (fd *finder) replace(kind string, from, to token.Pos, text string) {
	fd.found = append(fd.found, mutation{file: fd.file, kind: kind, line: fd.pkg.fset.Position(from).Line,
		start: fd.offset(from), end: fd.offset(to), text: text})
}

func (fd *finder) replaceOperator(at token.Pos, op token.Token) {
	if by, ok := swaps[op]; ok {
		fd.replace("operator", at, at+token.Pos(len(op.String())), by.String())
	}
}

func (fd *finder) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		return n.Tok != token.IMPORT
	case *ast.Field:
		return n.Tag == nil
	case *ast.IfStmt:
		fd.replace("condition negated", n.Cond.Pos(), n.Cond.End(), "!("+fd.textOf(n.Cond)+")")
		fd.replace("condition never true", n.Cond.Pos(), n.Cond.End(), "false && ("+fd.textOf(n.Cond)+")")
	case *ast.ForStmt:
		if n.Cond != nil {
			fd.replace("condition negated", n.Cond.Pos(), n.Cond.End(), "!("+fd.textOf(n.Cond)+")")
		}
	case *ast.RangeStmt:
		fd.replace("loop left at once", n.Body.Lbrace, n.Body.Lbrace+1, "{ break;")
	case *ast.BinaryExpr:
		fd.replaceOperator(n.OpPos, n.Op)
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			fd.replace("negation dropped", n.OpPos, n.OpPos+1, "")
		}
	case *ast.IncDecStmt:
		fd.replaceOperator(n.TokPos, n.Tok)
	case *ast.BasicLit:
		fd.changeLiteral(n)
	case *ast.Ident:
		if by, ok := map[string]string{"true": "false", "false": "true"}[n.Name]; ok {
			fd.replace("constant", n.Pos(), n.End(), by)
		}
	case *ast.ReturnStmt:
		fd.changeReturn(n)
	case *ast.CompositeLit:
		fd.dropFields(n)
	case *ast.BlockStmt:
		fd.dropStatements(n.List)
	case *ast.CaseClause:
		fd.dropStatements(n.Body)
		fd.replace("case dropped", n.Pos(), n.End(), "")
	case *ast.CommClause:
		fd.dropStatements(n.Body)
	}
	return true
}

// changeLiteral changes numbers, and words that a program reads. A text with a space is for
// people: its wording is nothing that code could have wrong.
func (fd *finder) changeLiteral(n *ast.BasicLit) {
	switch n.Kind {
	case token.INT:
		if v, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			by := v + 1
			if v > 2 {
				by = 2 * v // one off is as good as many a limit; twice as much is another
			}
			fd.replace("constant", n.Pos(), n.End(), strconv.FormatInt(by, 10))
		}
	case token.STRING:
		if s, err := strconv.Unquote(n.Value); err == nil && !strings.ContainsAny(s, " \n") {
			fd.replace("constant", n.Pos(), n.End(), strconv.Quote(s+"x"))
		}
	}
}

// changeReturn gives back nothing, of each value in turn.
func (fd *finder) changeReturn(n *ast.ReturnStmt) {
	for _, r := range n.Results {
		zero, ok := zeroOf(fd.pkg.info.Types[r].Type)
		if !ok || fd.textOf(r) == zero {
			continue
		}
		kind := "returned value"
		if types.Identical(fd.pkg.info.Types[r].Type, types.Universe.Lookup("error").Type()) {
			kind = "error not returned"
		}
		fd.replace(kind, r.Pos(), r.End(), zero)
	}
}

func zeroOf(t types.Type) (string, bool) {
	if t == nil {
		return "", false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsNumeric != 0:
			return "0", true
		case u.Info()&types.IsString != 0:
			return `""`, true
		}
		return "false", u.Info()&types.IsBoolean != 0
	case *types.Pointer, *types.Slice, *types.Map, *types.Interface, *types.Signature, *types.Chan:
		return "nil", true
	}
	return "", false
}

// dropFields leaves out what a struct is given by name, of each field in turn.
func (fd *finder) dropFields(n *ast.CompositeLit) {
	t := fd.pkg.info.Types[n].Type
	if t == nil {
		return
	}
	if _, isStruct := t.Underlying().(*types.Struct); !isStruct {
		return
	}
	for i, e := range n.Elts {
		if _, named := e.(*ast.KeyValueExpr); !named {
			return
		}
		from, to := e.Pos(), e.End()
		if i+1 < len(n.Elts) {
			to = n.Elts[i+1].Pos()
		} else if i > 0 {
			from = n.Elts[i-1].End()
		}
		fd.replace("field dropped", from, to, "")
	}
}

func (fd *finder) dropStatements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.AssignStmt:
			fd.replaceOperator(s.TokPos, s.Tok)
			if s.Tok == token.DEFINE {
				continue
			}
		case *ast.ExprStmt, *ast.DeferStmt, *ast.GoStmt, *ast.SendStmt, *ast.BranchStmt, *ast.IncDecStmt:
		default:
			continue
		}
		fd.replace("statement dropped", s.Pos(), s.End(), "")
	}
}
