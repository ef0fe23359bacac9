//! Archives that refer to an earlier backup, from packing to unpacking.

#![allow(clippy::unwrap_used)]

#[path = "increments/hostile.rs"]
mod hostile;
#[path = "increments/traps.rs"]
mod traps;
#[path = "increments/world.rs"]
mod world;
