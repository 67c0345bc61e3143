//! Grey images with a label each, drawn or read from files, and how they become points.

use super::{ClassName, find_class};
use crate::Result;
use crate::mixture::Labelled;
use ndarray::{Array2, ArrayView2, Axis};
use std::ops::Range;

/// Labelled grey images of one size.
///
/// An image is a row of pixels, 0 black to 255 white, line by line from the top; class c is called `class_names[c]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// What the set is called in tables and on figures.
    pub name: String,
    /// Lines of an image.
    pub height: usize,
    /// Pixels of a line.
    pub width: usize,
    /// The images (n, height·width).
    pub pixels: Array2<u8>,
    /// The class of each image (n).
    pub labels: Vec<usize>,
    /// The names of the classes.
    pub class_names: Vec<ClassName>,
}

impl Images {
    /// The images as points in [−1, 1], (n, height·width), with their classes, as [`from_pixels`].
    pub fn labelled(&self) -> Labelled {
        Labelled { x: from_pixels(self.pixels.view()), y: self.labels.clone() }
    }

    /// The class with that English or Vietnamese name, or with that number, counted from 0; as
    /// [`Scene::class`](super::Scene::class).
    ///
    /// # Errors
    /// If there is none; the message lists the names and the nearest of them.
    pub fn class(&self, name_or_index: &str) -> Result<usize> {
        find_class(&self.class_names, &self.name, name_or_index)
    }

    /// The images of these numbers, in their order.
    ///
    /// # Panics
    /// If there is no such image.
    pub fn select(&self, rows: &[usize]) -> Images {
        Images {
            name: self.name.clone(),
            pixels: self.pixels.select(Axis(0), rows),
            labels: rows.iter().map(|i| self.labels[*i]).collect(),
            class_names: self.class_names.clone(),
            ..*self
        }
    }

    /// The label of each class in a file: its digit, the number that it is called, or its place.
    pub(super) fn label_values(&self) -> Vec<usize> {
        let digits = digit_names();
        let digit = |name: &ClassName| digits.iter().position(|digit| digit == name);
        let number = |name: &ClassName| name.en.parse::<u8>().ok().map(usize::from);
        let known = |of: &dyn Fn(&ClassName) -> Option<usize>| -> Option<Vec<usize>> {
            self.class_names.iter().map(of).collect()
        };
        let by_place = || (0..self.class_names.len()).collect();
        known(&digit).or_else(|| known(&number)).unwrap_or_else(by_place)
    }

    /// The first n images.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn take(&self, n: usize) -> Images {
        self.split(n).0
    }

    /// The first n images, and all others: to train on, and to judge by.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn split(&self, n: usize) -> (Images, Images) {
        let part = |rows: Range<usize>| self.select(&rows.collect::<Vec<_>>());
        (part(0..n), part(n..self.labels.len()))
    }
}

/// Pixels as points in [−1, 1].
///
/// ```text
/// x = pixel/127.5 − 1
/// ```
pub fn from_pixels(pixels: ArrayView2<u8>) -> Array2<f64> {
    pixels.mapv(|p| f64::from(p) / 127.5 - 1.0)
}

/// Points as pixels, the inverse of [`from_pixels`]: what lies outside [−1, 1] is clipped, NaN is black.
pub fn to_pixels(x: ArrayView2<f64>) -> Array2<u8> {
    x.mapv(|x| (127.5 * (x + 1.0)).round().clamp(0.0, 255.0) as u8)
}

/// The digits' names.
pub fn digit_names() -> Vec<ClassName> {
    const EN: [&str; 10] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    const VI: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
    EN.iter().zip(VI).map(|(en, vi)| ClassName { en: (*en).into(), vi: vi.into() }).collect()
}

/// What labels of files are called: as digits where all are, else by their numbers.
pub fn names_of_labels(labels: &[u8]) -> Vec<ClassName> {
    let digits = digit_names();
    if let Some(names) = labels.iter().map(|y| digits.get(usize::from(*y)).cloned()).collect() {
        return names;
    }
    let number = |y: &u8| ClassName { en: y.to_string(), vi: y.to_string() };
    labels.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// Two images that hold every grey once.
    fn all_greys() -> Images {
        Images {
            name: "all greys".into(),
            height: 8,
            width: 16,
            pixels: Array2::from_shape_fn((2, 128), |(i, j)| (128 * i + j) as u8),
            labels: vec![0, 9],
            class_names: digit_names(),
        }
    }

    #[test]
    fn pixels_become_points_and_come_back() {
        let images = all_greys();
        let pixels = images.pixels.clone();
        let points = images.labelled();
        assert_eq!((points.x[[0, 0]], points.x[[1, 127]], points.y), (-1.0, 1.0, vec![0, 9]));
        assert_eq!(to_pixels(points.x.view()), pixels);
        assert_ne!(to_pixels((points.x * 0.99).view()), pixels);
    }

    #[test]
    fn a_class_is_found_by_either_name_and_by_number() {
        let images = Images {
            name: "digits".into(),
            height: 1,
            width: 1,
            pixels: Array2::zeros((0, 1)),
            labels: vec![],
            class_names: digit_names(),
        };
        for (asked, class) in [("three", 3), ("bảy", 7), ("0", 0)] {
            assert_eq!(images.class(asked).unwrap(), class, "{asked}");
        }
        let message = images.class("bảyy").unwrap_err().to_string();
        assert!(message.contains("the class of digits is \"bảyy\""), "{message}");
        assert!(message.contains("did you mean \"bảy\""), "{message}");
    }

    #[test]
    fn two_parts_share_no_image_and_lose_none() {
        let images = all_greys();
        let (first, rest) = images.split(1);
        assert_eq!((&first.labels, &rest.labels), (&vec![0], &vec![9]));
        assert_eq!((first.pixels[[0, 0]], rest.pixels[[0, 0]]), (0, 128));
        assert_eq!((images.take(1), images.take(2)), (first, images.clone()));
        let (none, all) = images.split(0);
        assert_eq!((none.pixels.dim(), all), ((0, 128), images));
    }

    #[test]
    fn points_off_the_scale_are_clipped() {
        let x = array![[-9.0, 9.0, f64::NAN, f64::INFINITY]];
        assert_eq!(to_pixels(x.view()), array![[0, 255, 0, 255]]);
    }
}
