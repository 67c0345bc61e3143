//! What is known of an image, as `--mask` and `--image` say it.

use crate::data::unseen;
use crate::flags::ConditionFlags;
use crate::read::image;
use crate::table::exact;
use crate::view::Domain;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use scorelab::condition::{Compressed, Observation};
use scorelab::data::{Principal, View, from_pixels};
use scorelab::text::quoted;
use scorelab::{Error, Result};

/// Whether a pixel is known, by how far down and to the right it is, from 0 to 1.
type Part = (&'static str, fn(f64, f64) -> bool);

/// The parts of an image that a mask may name.
const PARTS: [Part; 4] = [
    ("lower", |down, _| down >= 0.5),
    ("upper", |down, _| down < 0.5),
    ("left", |_, right| right < 0.5),
    ("right", |_, right| right >= 0.5),
];

/// The most images of a class that are counted through.
const MOST: usize = 10_000;

/// Some pixels of an image that are known, each up to τ, and what they tell of its principal components.
pub struct KnownPixels {
    /// Their numbers, line by line.
    pub pixels: Vec<usize>,
    told: Compressed,
    mean: Array1<f64>,
}

impl KnownPixels {
    /// These pixels of images with these components.
    ///
    /// # Errors
    /// If there are none, or τ is not one.
    pub fn new(pixels: Vec<usize>, components: &Principal, tau: f64) -> Result<Self> {
        let told = Compressed::new(components.axes.select(Axis(0), &pixels).view(), tau)?;
        let mean = pixels.iter().map(|pixel| components.mean[*pixel]).collect();
        Ok(KnownPixels { pixels, told, mean })
    }

    /// How many numbers they are along the components.
    pub fn numbers(&self) -> usize {
        self.told.numbers()
    }

    /// What is observed of an image (height·width), along the components.
    pub fn of(&self, image: ArrayView1<f64>) -> Observation {
        let seen: Array1<f64> = self.pixels.iter().map(|pixel| image[*pixel]).collect();
        self.told.observation(&(seen - &self.mean))
    }

    /// What is observed of each of these images (n, height·width), along the components; they are then asked together.
    pub fn of_each(&self, images: ArrayView2<f64>) -> Observation {
        self.told.observations((images.select(Axis(1), &self.pixels) - &self.mean).view())
    }
}

/// What these flags say is known of the image that `--image` names, in the coordinates of a network for images.
///
/// y are the known pixels. Where a network sees pixels, they are coordinates, and known exactly without a tolerance. Where it sees
/// principal components, y = A·z + τ·n with the components' rows A at these pixels, and τ is, without a tolerance, what of the
/// image itself lies off the components there.
///
/// # Errors
/// If the mask names no parts of an image or all of it, the image cannot be found or is of another size, or τ is not one.
pub fn known_of_image(flags: &ConditionFlags, name: &str, data: &Domain) -> Result<Observation> {
    let Domain::Images { size, view, .. } = data else {
        let must = "left out: the score is not one of images";
        return Err(Error::value("--image", quoted(name), must));
    };
    if !flags.point.is_empty() {
        return Err(Error::value(
            "--point",
            "given",
            "left out: of an image pixels are known, by --mask",
        ));
    }
    let pixels = pixels(&flags.mask, *size)?;
    let x = found(name, data)?;
    let tau = tolerance(flags)?;
    let View::Principal(components) = view else {
        let z = view.coordinates(x.view());
        let known: Vec<(usize, f64)> =
            pixels.iter().map(|pixel| (*pixel, z[[0, *pixel]])).collect();
        return Observation::mask(&known, z.ncols(), tau.unwrap_or(0.0));
    };
    let on = components.points(components.coordinates(x.view()).view());
    let off: Array1<f64> = pixels.iter().map(|pixel| x[[0, *pixel]] - on[[0, *pixel]]).collect();
    let own = (off.dot(&off) / off.len() as f64).sqrt().max(LEAST);
    let tau = tau.filter(|tau| *tau > 0.0).unwrap_or(own);
    Ok(KnownPixels::new(pixels, components, tau)?.of(x.row(0)))
}

/// The least τ along components: an image that lies on them is still known no better than its pixels are rounded.
const LEAST: f64 = 1.0 / 255.0;

/// The pixels of an image of this size that a mask names, line by line.
fn pixels(mask: &[String], (height, width): (usize, usize)) -> Result<Vec<usize>> {
    let mut known = vec![false; height * width];
    for name in mask.iter().map(|name| name.trim()) {
        let Some((_, is)) = PARTS.iter().find(|(part, _)| *part == name) else {
            let names = PARTS.map(|(part, _)| part).join(", ");
            return Err(Error::value(
                "--mask",
                quoted(name),
                format!("of an image one of {names}"),
            ));
        };
        for (pixel, known) in known.iter_mut().enumerate() {
            let middle = |i: usize, n: usize| (i as f64 + 0.5) / n as f64;
            *known |= is(middle(pixel / width, height), middle(pixel % width, width));
        }
    }
    match known.iter().all(|known| *known) {
        true => {
            let must = "of a part: nothing would be left to draw";
            Err(Error::value("--mask", "of the whole image", must))
        }
        false => Ok((0..known.len()).filter(|pixel| known[*pixel]).collect()),
    }
}

/// τ, where it is given: 0 of what is known exactly, or a number whose square can be computed with; of a point never 0.
///
/// # Errors
/// If it is another number, or left out of a point.
pub fn tolerance(flags: &ConditionFlags) -> Result<Option<f64>> {
    let of_point = !flags.point.is_empty();
    let must = match of_point {
        false => "0, or a number from 1e-50 to 1e50",
        true => {
            "a number from 1e-50 to 1e50: of a point known exactly nothing would be left to draw"
        }
    };
    let can_be = |tau: f64| (1e-50..=1e50).contains(&tau) || tau == 0.0 && !of_point;
    match flags.tolerance {
        None if of_point => Err(Error::value("--tolerance", "left out", must)),
        Some(tau) if !can_be(tau) => Err(Error::value("--tolerance", exact(tau), must)),
        tau => Ok(tau),
    }
}

/// The image of a PNG file, or the one of this number among those of a class that the score has not seen, as a point (1, height·width).
fn found(name: &str, data: &Domain) -> Result<Array2<f64>> {
    let (height, width) = data.size().expect("images");
    if name.to_ascii_lowercase().ends_with(".png") {
        let (size, grey) = image(name.as_ref())?;
        if size != (height, width) {
            let why = format!(
                "it has {} × {} pixels, but the score knows {width} × {height}",
                size.1, size.0
            );
            return Err(Error::File { path: name.into(), why });
        }
        let pixels = Array2::from_shape_vec((1, height * width), grey).expect("as many pixels");
        return Ok(from_pixels(pixels.view()));
    }
    let wrong = || {
        let must =
            format!("a PNG file, or a class and the number of an image from 0 to {MOST}, as 3:0");
        Error::value("--image", quoted(name), must)
    };
    let (class, number) = name.rsplit_once(':').ok_or_else(wrong)?;
    let number: usize = number.trim().parse().ok().filter(|n| *n <= MOST).ok_or_else(wrong)?;
    let class = data.class(class.trim())?;
    let Some(recipe) = data.recipe() else {
        let must = "a PNG file: the score does not tell which images it has seen";
        return Err(Error::value("--image", quoted(name), must));
    };
    // one drawing in ten is of a given class
    let images = unseen(recipe, Some(class), (24 * number + 200, 0))?;
    let mut of_class = (0..images.labels.len()).filter(|i| images.labels[*i] == class);
    let Some(row) = of_class.nth(number) else {
        let must = "among the images of its class that the score has not seen; there are fewer";
        return Err(Error::value("--image", quoted(name), must));
    };
    Ok(from_pixels(images.pixels.select(Axis(0), &[row]).view()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_names_parts_of_an_image_and_not_all_of_it() {
        let of = |names: &[&str]| {
            pixels(&names.iter().map(|n| n.to_string()).collect::<Vec<_>>(), (4, 6))
        };
        assert_eq!(of(&["lower"]).unwrap(), (12..24).collect::<Vec<_>>());
        assert_eq!(of(&["left"]).unwrap()[..4], [0, 1, 2, 6]);
        assert_eq!(of(&["lower", " left"]).unwrap().len(), 18);
        for (names, told) in [
            (&["upper", "lower"][..], "nothing would be left"),
            (&["x1=0"], "one of lower, upper, left, right"),
            (&[""], "one of lower"),
        ] {
            let error = of(names).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
