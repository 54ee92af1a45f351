package explore

import "unsafe"

// stack is a list in pieces: growing it copies nothing.
type stack[E any] struct {
	pieces [][]E
	len    uint64
}

const pieceBits = 14

func (s *stack[E]) push(x E) {
	p := s.len >> pieceBits
	if p == uint64(len(s.pieces)) {
		s.pieces = append(s.pieces, make([]E, 1<<pieceBits))
	}
	s.pieces[p][s.len&(1<<pieceBits-1)] = x
	s.len++
}

// ref is where the i-th element is.
func (s *stack[E]) ref(i uint64) *E { return &s.pieces[i>>pieceBits][i&(1<<pieceBits-1)] }

// cut leaves the first n elements.
func (s *stack[E]) cut(n uint64) {
	s.len = n
	pieces := int((n + 1<<pieceBits - 1) >> pieceBits)
	clear(s.pieces[pieces:])
	s.pieces = s.pieces[:pieces]
}

func (s *stack[E]) at(i uint64) E { return s.pieces[i>>pieceBits][i&(1<<pieceBits-1)] }

// bytes is the memory that the stack holds.
func (s *stack[E]) bytes() int64 {
	var x E
	return int64(len(s.pieces)) << pieceBits * int64(unsafe.Sizeof(x))
}
