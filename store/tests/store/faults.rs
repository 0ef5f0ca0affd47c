//! What can go wrong with a store: each fault has its error, nothing acknowledged is lost, and the
//! store goes on when the fault is gone.

mod of_a_database;
mod of_a_file;
mod of_its_place;
mod of_pages;
mod of_rows;
