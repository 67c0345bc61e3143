//! What the figures repeat, once each; a module uses only those above it.
//!
//! | module | what it draws or says |
//! |---|---|
//! | `setting` | scene, class, process, grid, sampler and seed, and the walks of them |
//! | `number` | a number on a slide, and in the record with its standard error |
//! | `extent` | the range of numbers and of a mixture on an axis |
//! | `window` | a rectangle of the plane, its panel and its density |
//! | `histogram` | samples and densities over a line |
//! | `vector_field` | a field of arrows, capped alike |
//! | `places` | classes of points, their names, paths and end points |
//! | `series` | what several methods gave, as curves with signs and names |
//! | `log_curves` | such curves on a log axis, their names above them |
//! | `convergence` | a curve at the setting's steps and, in rings, at twice as many |
//! | `colored_sum` | the equation in the roles' colours |
//! | `sheet` | a panel of small images |

mod setting;
mod number;
mod extent;
mod window;
mod histogram;
mod vector_field;
mod places;
mod series;
mod log_curves;
mod convergence;
mod colored_sum;
mod sheet;
mod diagram;

pub use series::{Measured, Series};
pub use setting::{Setting, draws};

pub(crate) use colored_sum::{bayes_rule, guided_sum};
pub(crate) use convergence::{Twice, over_gamma_panel};
pub(crate) use diagram::{arrows, boxed, diagram, word};
pub(crate) use extent::{extent, mixture_extent, reaching};
pub(crate) use histogram::{density_curve, height, histogram};
pub(crate) use log_curves::{curve_numbers, log_panel, log_range};
pub(crate) use number::{count, decimals, in_percent, percent, ratio, rounded, tiny};
pub(crate) use places::{
    Names, VERDICTS, classes_of, clean_names, dots, ends, ends_by_class, likeliest, line_below,
    lines, names, off_the_modes, starts, thinned, verdict_key,
};
pub(crate) use series::{positive_extent, series_curve};
pub(crate) use setting::{at_least, falling_levels, finer, guided};
pub(crate) use sheet::sheet_panel;
pub(crate) use vector_field::{ARROWS, Field, with_key};
pub(crate) use window::{CLEAN, Window, root_density, scale};
