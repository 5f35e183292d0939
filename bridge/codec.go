package bridge

import (
	"bytes"
	"fmt"

	"github.com/vmihailenco/msgpack/v5"
)

// Message is a frame's body with its fields still encoded, so that a program in the
// middle passes it on without looking inside.
type Message struct {
	Kind   Kind
	ID     uint64
	Fields []byte
}

// NewMessage encodes the fields of a message: a pointer to one of the structs above.
func NewMessage(kind Kind, id uint64, fields any) (Message, error) {
	var b bytes.Buffer
	enc := msgpack.NewEncoder(&b)
	enc.UseCompactInts(true)
	if err := enc.Encode(fields); err != nil {
		return Message{}, fmt.Errorf("encoding %s: %w", kind, err)
	}
	return Message{kind, id, b.Bytes()}, nil
}

// Decode fills in the struct that belongs to the message's kind.
func (m Message) Decode(fields any) error {
	r := bytes.NewReader(m.Fields)
	dec := msgpack.NewDecoder(r)
	dec.DisallowUnknownFields(true)
	if err := dec.Decode(fields); err != nil {
		return fmt.Errorf("a %s message that cannot be read: %w", m.Kind, err)
	}
	if r.Len() != 0 {
		return fmt.Errorf("a %s message with %d bytes too many", m.Kind, r.Len())
	}
	return nil
}

// body is the frame's body without the fields, which follow it.
func (m Message) body() ([]byte, error) {
	var b bytes.Buffer
	enc := msgpack.NewEncoder(&b)
	enc.UseCompactInts(true)
	if err := enc.EncodeArrayLen(3); err != nil {
		return nil, err
	}
	if err := enc.EncodeString(string(m.Kind)); err != nil {
		return nil, err
	}
	if err := enc.EncodeUint(m.ID); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// parse takes a frame's body apart. The fields are what remains after the id: they are
// not walked here, so that nesting without end costs no stack.
func parse(body []byte) (Message, error) {
	r := bytes.NewReader(body)
	dec := msgpack.NewDecoder(r)
	n, err := dec.DecodeArrayLen()
	if err != nil {
		return Message{}, fmt.Errorf("a message that is no array: %w", err)
	}
	if n != 3 {
		return Message{}, fmt.Errorf("a message of %d parts where 3 are wanted", n)
	}
	kind, err := dec.DecodeString()
	if err != nil {
		return Message{}, fmt.Errorf("a message without a kind: %w", err)
	}
	id, err := dec.DecodeUint64()
	if err != nil {
		return Message{}, fmt.Errorf("a %q message without an id: %w", kind, err)
	}
	return Message{Kind(kind), id, body[len(body)-r.Len():]}, nil
}
