package lts

// Independent is the optional power to say which of a system's steps have nothing
// to do with each other. It is what partial-order reduction lives on.
type Independent interface {
	// Independence is made anew by each call, which may cost as much as making
	// the system did. It is nil if nothing useful can be said.
	Independence() Independence
}

// Independence divides the actions of a system among clusters, and says which
// clusters meddle with which. A cluster is what acts by itself: a role, or one source
// of faults. An action that two of them carry out together belongs to one of them.
//
// The present actions of a cluster in a configuration s are those that it has as
// long as it does not move, enabled in s or not. A set of clusters is closed in s if
// it has, with each cluster, all that Joins gives. The promise is about closed sets,
// and about what others do: let w be any sequence of actions of clusters outside
// of the set, possible from s. Then
//
//   - no step of the set that is enabled in s is disabled after w, and it leads from
//     there to where w leads after it; and w is possible after it;
//   - nothing else that belongs to the set is enabled after w, but perhaps what was
//     enabled in s: that, too, leads to where w leads after it, as above.
//
// So a step of the set can always be moved to the front of a run. Faults of the set may
// be disabled by w, steps may not.
type Independence interface {
	// Clusters is their number.
	Clusters() int
	// Cluster is the one that an action belongs to.
	Cluster(Action) int
	// IsStep tells what the system does from what only befalls it: faults, and
	// changes that nobody can count on.
	IsStep(Action) bool
	// Joins adds to set the clusters that have to be in each closed set with c. It
	// may be called from several goroutines at once, and allocates nothing.
	Joins(s State, c int, set ClusterSet)
}

// ClusterSet is a set of clusters, one bit each.
type ClusterSet []uint64

// NewClusterSet makes room for n clusters.
func NewClusterSet(n int) ClusterSet { return make(ClusterSet, (n+63)/64) }

// Add puts a cluster into the set.
func (s ClusterSet) Add(c int) { s[c>>6] |= 1 << (c & 63) }

// Has reports whether a cluster is in the set.
func (s ClusterSet) Has(c int) bool { return s[c>>6]>>(c&63)&1 != 0 }
