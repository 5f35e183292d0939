package bridge

import "fmt"

// Section is a part of what impasto doctor finds out. The engine writes those that it knows
// of as lines of JSON, each as soon as it is whole: what comes after may end the engine.
type Section struct {
	Name     string   `json:"name"`
	Rows     []Row    `json:"rows"`
	Findings []string `json:"findings,omitempty"` // what is wrong: sentences that say what to do
}

// Row is one fact.
type Row struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Note adds a fact.
func (s *Section) Note(name, format string, args ...any) {
	s.Rows = append(s.Rows, Row{name, fmt.Sprintf(format, args...)})
}

// Find adds what is wrong.
func (s *Section) Find(format string, args ...any) {
	s.Findings = append(s.Findings, fmt.Sprintf(format, args...))
}
