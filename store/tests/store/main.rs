//! The store through its public interface: the same tests for a SQLite file and for a PostgreSQL
//! database, and what can go wrong with each.

mod answers;
mod behaviour;
mod child;
mod database;
mod encryption;
mod faults;
mod judgments;
mod kill;
mod model;
mod places;
mod reading;
mod removal;
mod retention;
mod schema;
mod seals;
mod versions;
