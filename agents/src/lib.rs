//! The debaters: random, greedy and tree search.
