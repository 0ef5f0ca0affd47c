//! The sparse classifier that judges a debate: network, weights, evaluation.
