//! Conducting a study through the public interface: everything that a participant and the researcher can do, as events.

mod blind;
mod histories;
mod outside;
mod people;
mod studies;
mod ways;
