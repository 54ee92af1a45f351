package symbolic

// Operations on sets, in the cache of the same name. Who calls them keeps the arguments
// alive.
const (
	opUnion uint32 = 1 + iota
	opIntersect
	opMinus
)

func (f *forest) union(a, b node) node {
	switch {
	case a == b || b == nothing:
		return a
	case a == nothing:
		return b
	case a > b:
		a, b = b, a
	}
	if r, ok := f.sets.get(opUnion, a, b); ok {
		return r
	}
	base := len(f.stack)
	i, j, na, nb := uint32(0), uint32(0), f.degree(a), f.degree(b)
	f.step(na + nb)
	for i < na && j < nb {
		switch x, y := f.edge(a, i), f.edge(b, j); {
		case x.value < y.value:
			f.push(x.value, x.child)
			i++
		case x.value > y.value:
			f.push(y.value, y.child)
			j++
		default:
			f.push(x.value, f.union(x.child, y.child))
			i, j = i+1, j+1
		}
	}
	for ; i < na; i++ {
		x := f.edge(a, i)
		f.push(x.value, x.child)
	}
	for ; j < nb; j++ {
		y := f.edge(b, j)
		f.push(y.value, y.child)
	}
	r := f.finish(f.level(a), base)
	f.put(&f.sets, opUnion, a, b, r)
	return r
}

func (f *forest) intersect(a, b node) node {
	switch {
	case a == b:
		return a
	case a == nothing || b == nothing:
		return nothing
	case a > b:
		a, b = b, a
	}
	if r, ok := f.sets.get(opIntersect, a, b); ok {
		return r
	}
	base := len(f.stack)
	i, j, na, nb := uint32(0), uint32(0), f.degree(a), f.degree(b)
	f.step(na + nb)
	for i < na && j < nb {
		switch x, y := f.edge(a, i), f.edge(b, j); {
		case x.value < y.value:
			i++
		case x.value > y.value:
			j++
		default:
			if r := f.intersect(x.child, y.child); r != nothing {
				f.push(x.value, r)
			}
			i, j = i+1, j+1
		}
	}
	r := f.finish(f.level(a), base)
	f.put(&f.sets, opIntersect, a, b, r)
	return r
}

func (f *forest) minus(a, b node) node {
	switch {
	case a == b || a == nothing:
		return nothing
	case b == nothing:
		return a
	}
	if r, ok := f.sets.get(opMinus, a, b); ok {
		return r
	}
	base := len(f.stack)
	i, j, na, nb := uint32(0), uint32(0), f.degree(a), f.degree(b)
	f.step(na + nb)
	for i < na {
		x := f.edge(a, i)
		for j < nb && f.edge(b, j).value < x.value {
			j++
		}
		if j < nb && f.edge(b, j).value == x.value {
			if r := f.minus(x.child, f.edge(b, j).child); r != nothing {
				f.push(x.value, r)
			}
		} else {
			f.push(x.value, x.child)
		}
		i++
	}
	r := f.finish(f.level(a), base)
	f.put(&f.sets, opMinus, a, b, r)
	return r
}
