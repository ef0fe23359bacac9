//! The `bchan` program.
fn main() {}
