//go:build unix && !linux

package store

// adviseHuge does nothing: there is no call for it here.
func adviseHuge([]byte) {}

// mapRoom says that addresses are not given away freely here.
func mapRoom(int, int) (region, bool) { return region{}, false }

func (r *region) extend(int) { panic("store: a region without room") }
