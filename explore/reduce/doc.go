// Package reduce makes transition systems smaller without changing what is asked of
// them. A reduction is a decorator: an lts.System around another one, so that each
// search can be had with each reduction, and none of them knows of the others.
//
// # Quotients
//
// [Quotient] explores one configuration for each class of configurations: a function,
// canon, replaces a configuration by the one that stands for its class. Two
// kinds of classes are known.
//
// Symmetry (Ip and Dill 1996; Clarke, Enders, Filkorn and Jha 1996; Emerson and Sistla 1996).
// A permutation of the configurations that maps the initial one to itself, and steps to
// steps, is an automorphism; automorphisms form a group, and a class is an orbit of it.
// A configuration can be reached if and only if its whole orbit can, and then in as few
// steps. Whatever can be said without the name of a part that is permuted is true
// of all members of an orbit or of none. So questions of the kind "can a configuration
// be reached in which some part .." have the same answer, and so have questions about what goes on for ever,
// as long as no part is followed by its name along the way: a step of the quotient
// leads to a configuration in which the parts may have changed places, so that who
// does nothing in a component of the quotient may do something in those of the system,
// and the other way round. See lts.Symmetric.
//
// Dead variables (Bozga, Fernandez and Ghirvu 1999). A variable that is assigned before it is read
// the next time is dead. Configurations that differ in dead variables only have the same
// steps, which lead to such configurations again: they are strongly bisimilar, with equal
// actions and marks, and the quotient has the answer to each question about actions
// and marks, now or in the future. See lts.Resettable.
//
// # Runs
//
// A run of a quotient is in general no run of the system. [Unfold] finds one that
// passes the same classes.
//
// Costs: canon is called once for each step. A quotient has a step for each step of the
// system from the configurations that it has, duplicates included, so that counts of
// steps are those of the system from there.
package reduce
