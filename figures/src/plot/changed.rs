//! What changes from frame to frame.

/// The smallest rectangle that holds what changed, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Changed {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

impl Changed {
    /// Of so many pixels in rows of `width`; one pixel if nothing changed.
    pub fn of(width: usize, pixels: usize, moved: impl Fn(usize) -> bool) -> Changed {
        let height = pixels / width;
        let in_row = |y: &usize| (0..width).any(|x| moved(y * width + x));
        let top = (0..height).find(in_row).unwrap_or(0);
        let bottom = (0..height).rev().find(in_row).unwrap_or(0);
        let in_column = |x: &usize| (top..=bottom).any(|y| moved(y * width + x));
        let left = (0..width).find(in_column).unwrap_or(0);
        let right = (0..width).rev().find(in_column).unwrap_or(0);
        Changed { left, top, width: right - left + 1, height: bottom - top + 1 }
    }

    /// Its pixels, row by row, among those in rows of `width`.
    pub fn places(self, width: usize) -> impl Iterator<Item = usize> {
        let Changed { left, top, width: across, height } = self;
        (top..top + height).flat_map(move |y| (left..left + across).map(move |x| y * width + x))
    }
}
