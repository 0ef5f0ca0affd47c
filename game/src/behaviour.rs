//! Which bytes the program computes.

/// The version of what debates come to: of the rules, the judge's engine, the masks, the seeds, and the
/// agents' search.
///
/// Two programs with the same number, computing with the same processor instructions, make the same
/// moves and the same logits, bit for bit. Whoever changes any of these raises the number, and all
/// results that are kept are made anew; a run goes on and grows, and workers take part in it, with the
/// same number only. A test of the harness, `harness/tests/behaviour.rs`, holds digests of debates of
/// every kind of agent against it, so that it cannot be forgotten.
pub const BEHAVIOUR: u32 = 1;
