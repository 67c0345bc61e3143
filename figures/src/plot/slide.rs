//! The slide: 1280 × 720 units, 96 to the inch, y downwards; its sizes of text, and a panel's place on it.

use super::scale::Scale;

/// Width of the slide.
pub(super) const WIDTH: f64 = 1280.0;
/// Height of the slide.
pub(super) const HEIGHT: f64 = 720.0;
/// 28 pt.
pub(super) const TITLE: f64 = 28.0 * 96.0 / 72.0;
/// 20 pt.
pub(super) const WORDS: f64 = 20.0 * 96.0 / 72.0;
/// 16 pt: the smallest text there is.
pub(super) const SMALL: f64 = 16.0 * 96.0 / 72.0;
/// Height of one footer.
pub(super) const NOTE: f64 = 30.0;

/// A rectangle by its upper left corner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rect {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl Rect {
    pub fn right(self) -> f64 {
        self.x + self.w
    }
    pub fn bottom(self) -> f64 {
        self.y + self.h
    }
}

/// A panel's place and its scales: everything that turns data units into slide units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Inside the axes.
    pub rect: Rect,
    /// Room for tick labels and axis label on the left.
    pub left: f64,
    /// The same below.
    pub bottom: f64,
    /// Width of the title, up to the edge of the slide or half way to another title in its row.
    pub title: f64,
    /// Whether there is room for the title to have two lines.
    pub two_lines: bool,
    pub x: Scale,
    pub y: Scale,
}

impl Place {
    /// Slide units of a data point; NaN where it has none.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (
            self.rect.x + self.x.unit(x) * self.rect.w,
            self.rect.bottom() - self.y.unit(y) * self.rect.h,
        )
    }

    /// As `at`, if the point has a place.
    pub fn point(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        Some(self.at(x, y)).filter(|(x, y)| x.is_finite() && y.is_finite())
    }

    /// How many ticks are comfortable on (x, y).
    pub fn tick_counts(&self) -> (f64, f64) {
        tick_counts(self.rect.w, self.rect.h)
    }
}

pub(super) fn tick_counts(w: f64, h: f64) -> (f64, f64) {
    ((2.2 + w / 120.0).min(8.0), (2.0 + h / 110.0).min(7.0))
}
