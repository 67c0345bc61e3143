//! Files of points: tables, and the scenes that they become.

mod table;
mod separator;
mod text;
mod json;
mod npy;
mod open;
mod points;

pub use npy::{npy, npz};
pub use points::{find_scene, scene_of_points};
pub use table::{Table, TableOptions};

#[cfg(test)]
mod tests;
