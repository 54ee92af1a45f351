package cycle

import "unsafe"

// stack is a list in pieces: growing it copies nothing, and a limit of memory is passed by
// one piece at most.
type stack[E any] struct {
	pieces [][]E
	len    int
}

const stackBits = 12

func (s *stack[E]) push(x E) {
	p := s.len >> stackBits
	if p == len(s.pieces) {
		s.pieces = append(s.pieces, make([]E, 1<<stackBits))
	}
	s.pieces[p][s.len&(1<<stackBits-1)] = x
	s.len++
}

// ref is where the i-th element is.
func (s *stack[E]) ref(i int) *E { return &s.pieces[i>>stackBits][i&(1<<stackBits-1)] }

func (s *stack[E]) at(i int) E { return s.pieces[i>>stackBits][i&(1<<stackBits-1)] }

func (s *stack[E]) swap(i, j int) {
	a, b := s.ref(i), s.ref(j)
	*a, *b = *b, *a
}

// top is where the last element is.
func (s *stack[E]) top() *E { return s.ref(s.len - 1) }

// cut leaves the first n elements. One empty piece is kept: the stack may stand at its edge.
func (s *stack[E]) cut(n int) {
	s.len = n
	if keep := n>>stackBits + 2; keep < len(s.pieces) {
		clear(s.pieces[keep:])
		s.pieces = s.pieces[:keep]
	}
}

func (s *stack[E]) bytes() int64 {
	var x E
	return int64(len(s.pieces)) << stackBits * int64(unsafe.Sizeof(x))
}

// rows is a stack of sets of marks, all of the same number of words.
type rows struct {
	words  int
	pieces [][]uint64
	len    int
}

// push appends an empty set.
func (s *rows) push() []uint64 {
	if p := s.len >> stackBits; p == len(s.pieces) {
		s.pieces = append(s.pieces, make([]uint64, s.words<<stackBits))
	}
	s.len++
	row := s.at(s.len - 1)
	clear(row)
	return row
}

func (s *rows) at(i int) []uint64 {
	from := i & (1<<stackBits - 1) * s.words
	return s.pieces[i>>stackBits][from : from+s.words : from+s.words]
}

func (s *rows) cut(n int) {
	s.len = n
	if keep := n>>stackBits + 2; keep < len(s.pieces) {
		clear(s.pieces[keep:])
		s.pieces = s.pieces[:keep]
	}
}

func (s *rows) bytes() int64 { return int64(len(s.pieces)) << stackBits * int64(s.words) * wordBytes }
