//! Which score is walked along or looked at: exact or learned, guided by a method of the catalogue or not.

mod guidance;
mod opened;
mod parts;
mod walks;

pub use guidance::Spelled;
pub use opened::Steering;
