// Package contain keeps a panic in one piece of work from ending the program: the work
// fails with an error, and whatever runs beside it goes on.
package contain

import (
	"fmt"
	"runtime/debug"
)

// PanicError is a panic that was recovered. Neither its text nor the stack holds the
// panic's value, which may repeat what people wrote.
type PanicError struct {
	ValueType string
	// Stack is where it happened: functions, files, lines and addresses.
	Stack string
}

// Error names the type of the panic's value.
func (e *PanicError) Error() string {
	return fmt.Sprintf("a fault of this program: panic with a %s", e.ValueType)
}

// LogReason is its text.
func (e *PanicError) LogReason() string { return e.Error() }

// Run calls f. A panic in it is returned as a *PanicError.
func Run(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{ValueType: fmt.Sprintf("%T", p), Stack: string(debug.Stack())}
		}
	}()
	return f()
}

// Value is Run for a function with a result. After a panic the result is the zero value.
func Value[T any](f func() (T, error)) (v T, err error) {
	err = Run(func() (err error) {
		v, err = f()
		return err
	})
	return v, err
}
