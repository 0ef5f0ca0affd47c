//! What holds for every debate, tried on random ones.

mod illegal;
mod random;
mod replay;
mod secrecy;
