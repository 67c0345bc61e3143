//! Files of points: tables, and the scenes or training sets that they become; and folders of images.

mod table;
mod separator;
mod text;
mod json;
mod npy;
mod open;
mod points;
mod pngs;

pub use npy::{npy, npz};
pub use pngs::{image, images};
pub use points::{Rows, find_scene, rows_of_points, scene_of_points};
pub use table::{Table, TableOptions};

#[cfg(test)]
mod tests;
