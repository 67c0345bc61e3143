//! The score that a walk follows or a table shows: exact or learned, guided by a method of the catalogue or not.

mod guidance;
mod opened;
mod parts;
mod walks;

pub use guidance::Spelled;
pub use opened::Steering;
