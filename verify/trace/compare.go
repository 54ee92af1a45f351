package trace

import "slices"

// Mark says how a step of one run stands to the other run.
type Mark int

// The marks. A step that has moved is in both runs, but not in the same place among the others.
const (
	Same Mark = iota
	OnlyLeft
	OnlyRight
	Moved
)

func (m Mark) String() string { return [...]string{"same", "left", "right", "moved"}[m] }

// Row is a step of the left run, of the right one, or of both, by their numbers from 0; -1: it is not of this one. For
// one that has moved Other is its number in the other run, else -1.
type Row struct {
	Mark        Mark
	Left, Right int
	Other       int
}

// MostCompared bounds the product of the lengths of what differs between two runs.
const MostCompared = 1 << 32

// Compare aligns two runs, of which each step is given as a word that says what happens, by a longest common
// subsequence. ok is false if they are too long for that.
func Compare(left, right []string) (rows []Row, ok bool) {
	names := map[string]int{}
	a, b := numbered(left, names), numbered(right, names)
	begin := 0
	for begin < len(a) && begin < len(b) && a[begin] == b[begin] {
		begin++
	}
	end := 0
	for end < len(a)-begin && end < len(b)-begin && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	x, y := a[begin:len(a)-end], b[begin:len(b)-end]
	if uint64(len(x))*uint64(len(y)) > MostCompared {
		return nil, false
	}
	c := common{left: a, right: b}
	for i := range begin {
		c.pairs = append(c.pairs, [2]int{i, i})
	}
	c.find(x, y, begin, begin)
	for i := range end {
		c.pairs = append(c.pairs, [2]int{len(a) - end + i, len(b) - end + i})
	}
	return c.rows(), true
}

// Parting is how many steps two runs have in common before they part.
func Parting(rows []Row) int {
	if i := slices.IndexFunc(rows, func(r Row) bool { return r.Mark != Same }); i >= 0 {
		return i
	}
	return len(rows)
}

func numbered(words []string, names map[string]int) []int {
	list := make([]int, len(words))
	for i, w := range words {
		n, ok := names[w]
		if !ok {
			n = len(names)
			names[w] = n
		}
		list[i] = n
	}
	return list
}

// common is a longest common subsequence.
type common struct {
	left, right []int
	pairs       [][2]int // ascending
}

// find adds one of x, which begins at step i on the left, and y, which begins at step j on the right. It divides x in the
// middle, so that the memory it takes is that of one line of the usual table.
func (c *common) find(x, y []int, i, j int) {
	switch {
	case len(x) == 0 || len(y) == 0:
		return
	case len(x) == 1:
		if k := slices.Index(y, x[0]); k >= 0 {
			c.pairs = append(c.pairs, [2]int{i, j + k})
		}
		return
	}
	half := len(x) / 2
	front, back := lengths(x[:half], y, false), lengths(x[half:], y, true)
	best := 0
	for k := range front {
		if front[k]+back[len(y)-k] > front[best]+back[len(y)-best] {
			best = k
		}
	}
	c.find(x[:half], y[:best], i, j)
	c.find(x[half:], y[best:], i+half, j+best)
}

// lengths gives, for each k, the length of a longest common subsequence of x and the first k of y; backwards: the
// last k.
func lengths(x, y []int, backwards bool) []int {
	at := func(list []int, i int) int {
		if backwards {
			return list[len(list)-1-i]
		}
		return list[i]
	}
	line := make([]int, len(y)+1)
	for i := range x {
		diagonal := 0
		for k := range y {
			old := line[k+1]
			if at(x, i) == at(y, k) {
				line[k+1] = diagonal + 1
			} else {
				line[k+1] = max(line[k], old)
			}
			diagonal = old
		}
	}
	return line
}

// rows lists all steps of both runs. Of what is only in one, that which is there again among what is only in the other
// one has moved: the first one to the first one, and so on.
func (c *common) rows() []Row {
	var list []Row
	i, j := 0, 0
	for _, p := range append(c.pairs, [2]int{len(c.left), len(c.right)}) {
		for ; i < p[0]; i++ {
			list = append(list, Row{OnlyLeft, i, -1, -1})
		}
		for ; j < p[1]; j++ {
			list = append(list, Row{OnlyRight, -1, j, -1})
		}
		if i < len(c.left) && j < len(c.right) {
			list = append(list, Row{Same, i, j, -1})
		}
		i, j = i+1, j+1
	}
	waiting := map[int][]int{} // rows on the right, by what happens
	for k, r := range list {
		if r.Mark == OnlyRight {
			waiting[c.right[r.Right]] = append(waiting[c.right[r.Right]], k)
		}
	}
	for k := range list {
		if list[k].Mark != OnlyLeft {
			continue
		}
		what := c.left[list[k].Left]
		if w := waiting[what]; len(w) > 0 {
			waiting[what] = w[1:]
			list[k].Mark, list[k].Other = Moved, list[w[0]].Right
			list[w[0]].Mark, list[w[0]].Other = Moved, list[k].Left
		}
	}
	return list
}
