package report

import (
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	_ "embed"

	"challengebot/internal/safetext"
)

// WriteText writes the document for a terminal.
func (d Document) WriteText(w io.Writer) error {
	fmt.Fprintln(w, d.Title)
	for _, n := range d.Notes {
		fmt.Fprintln(w, n)
	}
	for _, s := range d.Sections {
		fmt.Fprintf(w, "\n%s\n", s.Title)
		if s.Note != "" {
			fmt.Fprintln(w, s.Note)
		}
		t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		if len(s.Rows) > 0 {
			fmt.Fprintln(t, strings.Join(s.Header, "\t"))
		}
		for _, r := range s.Rows {
			cells := make([]string, len(r))
			for i, v := range r {
				cells[i] = safetext.ShowHidden(strings.Join(strings.Fields(v.String()), " "))
			}
			fmt.Fprintln(t, strings.Join(cells, "\t"))
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// byteOrderMark makes Excel read a CSV file as UTF-8.
const byteOrderMark = "\ufeff"

// WriteCSV writes the tables of the document one below the other. A text that a spreadsheet would
// take for a formula begins with an apostrophe; in XLSX every text stays as it is.
func (d Document) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	for i, s := range d.Sections {
		if len(d.Sections) > 1 {
			if i > 0 {
				_ = c.Write([]string{""})
			}
			_ = c.Write([]string{inertText(s.Title)})
		}
		_ = c.Write(s.Header)
		for _, r := range s.Rows {
			cells := make([]string, len(r))
			for j, v := range r {
				if cells[j] = v.String(); !v.IsNumber && v.Date == 0 {
					cells[j] = inertText(cells[j])
				}
			}
			_ = c.Write(cells)
		}
	}
	c.Flush() // it keeps the first error of all
	return c.Error()
}

// inertText keeps a spreadsheet from taking a text for a formula.
func inertText(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0\u200b\ufeff"))
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠|%", first) && first != utf8.RuneError {
		return "'" + s
	}
	return s
}

// WriteXLSX writes the document as a workbook, a sheet for each table.
func (d Document) WriteXLSX(w io.Writer) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // it holds nothing but memory
	date, err := f.NewStyle(&excelize.Style{CustomNumFmt: new("yyyy-mm-dd")})
	if err != nil {
		return fmt.Errorf("report: a style of the workbook: %w", err)
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("report: a style of the workbook: %w", err)
	}
	used := map[string]bool{}
	for i, s := range d.Sections {
		if err := writeSheet(f, sheetName(s.Title, used), i == 0, s, date, bold); err != nil {
			return fmt.Errorf("report: the sheet %q: %w", s.Title, err)
		}
	}
	if _, err := f.WriteTo(w); err != nil {
		return fmt.Errorf("report: writing the workbook: %w", err)
	}
	return nil
}

// writeSheet writes one table. Texts are written as texts, never as formulas.
func writeSheet(f *excelize.File, name string, first bool, s Section, date, bold int) error {
	if first {
		if err := f.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else if _, err := f.NewSheet(name); err != nil {
		return err
	}
	w, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	header := make([]any, len(s.Header))
	for i, h := range s.Header {
		header[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	if err := w.SetRow("A1", header); err != nil {
		return err
	}
	for n, r := range s.Rows {
		row := make([]any, len(r))
		for i, v := range r {
			switch {
			case v.IsNumber:
				row[i] = v.Number
			case v.Date != 0:
				row[i] = excelize.Cell{StyleID: date, Value: v.Date.Midnight(time.UTC)}
			case v.String() != "":
				row[i] = excelize.Cell{Value: v.String()}
			}
		}
		at, err := excelize.CoordinatesToCellName(1, n+2)
		if err != nil {
			return err
		}
		if err := w.SetRow(at, row); err != nil {
			return err
		}
	}
	return w.Flush()
}

// sheetName is a title as a workbook takes it: at most 31 characters, without some signs, once.
func sheetName(title string, used map[string]bool) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return -1
		}
		return r
	}, title)
	runes := []rune(name)
	short := string(runes[:min(len(runes), 31)])
	for n := 2; used[strings.ToLower(short)]; n++ {
		tail := fmt.Sprintf(" %d", n)
		short = string(runes[:min(len(runes), 31-len(tail))]) + tail
	}
	used[strings.ToLower(short)] = true
	return short
}

//go:embed page.html.tmpl
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"bar": barOf}).Parse(pageText))

// barWidth is the length of the longest bar of a chart.
const barWidth = 320

// barOf is the length of a row's bar beside the longest of its table.
func barOf(rows [][]Value, i int) int {
	most := 1
	for _, r := range rows {
		most = max(most, r[1].Number)
	}
	return rows[i][1].Number * barWidth / most
}

// WriteHTML writes the document as one page without a script: each chart has its table beside it.
func (d Document) WriteHTML(w io.Writer) error {
	if err := page.Execute(w, d); err != nil {
		return fmt.Errorf("report: writing the page: %w", err)
	}
	return nil
}

// WriteSections writes what stands on that page below its title, for a page that has a style of its own.
func (d Document) WriteSections(w io.Writer) error {
	if err := page.ExecuteTemplate(w, "sections", d); err != nil {
		return fmt.Errorf("report: writing the sections: %w", err)
	}
	return nil
}
