//! Studies with people as judges: the plan as a file, its items, its frozen form.
