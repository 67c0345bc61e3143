//! What do methods that know only the prior's score draw where a part of an image is known?
//!
//! ```text
//! cargo run --example inpainting
//! ```
//!
//! The upper half of a drawn digit is known, or a few of its pixels; the network has learned images and no masks, and is asked under ∅.
//! Beside it two answers that are exact, each for a model of the data: the posterior of Gaussians fitted to the principal components,
//! one for each digit, with the variance that they leave as τ²; and that of the drawings themselves, of which so many known pixels
//! leave next to one, which the effective sample size tells. "kept" is how far the known pixels are from what is known (0 to 2 is
//! black to white), "digit" how often the judge sees the digit that was drawn, "off" how far the unknown part is from that drawing, of
//! which an exact answer is as far as the data are ambiguous.

use ndarray::{Array1, Array2, ArrayView1, Axis, s};
use scorelab::Result;
use scorelab::condition::Observation;
use scorelab::data::{Caption, Glyphs, Principal, from_pixels};
use scorelab::methods::{Knobs, Parts, Score, build, method_named};
use scorelab::metrics::{Interval, mean_with_se};
use scorelab::mixture::{Labelled, Mixture};
use scorelab::rng::Purpose;
use scorelab_lab::{CaptionExperiment, Defaults, Table, plus_minus, run_captions, share};
use std::process::ExitCode;
use std::sync::Arc;

const QUESTION: &str =
    "what do methods that know only the prior's score draw where a part of an image is known?";

fn main() -> ExitCode {
    let unused = &["scene", "data", "class", "gamma", "gradient-scale", "all"];
    let defaults = Defaults { samples: (200, 40), steps: (64, 16), unused, ..Defaults::CAPTIONS };
    run_captions("inpainting", QUESTION, "captions", defaults, experiment)
}

/// Lines and columns of an image.
const SIDE: usize = 28;
/// The images of which a part is known, one for each digit.
const IMAGES: usize = 10;
/// Principal components of the fitted Gaussians.
const COMPONENTS: usize = 40;
/// τ at which the drawings themselves are weighed.
const TOLERANCES: [f64; 3] = [0.1, 0.3, 1.0];

/// What is known of an image.
#[derive(Clone, Copy)]
struct Mask {
    name: &'static str,
    knows: fn(usize) -> bool,
    methods: &'static [(&'static str, &'static [&'static str])],
}

const MASKS: [Mask; 2] = [
    Mask {
        name: "upper half",
        knows: |pixel| pixel / SIDE < SIDE / 2,
        methods: &[("dps", &[]), ("pigdm", &[]), ("repaint", &["times=5"]), ("replacement", &[])],
    },
    Mask {
        name: "16 pixels",
        knows: |pixel| (pixel / SIDE) % 7 == 3 && (pixel % SIDE) % 7 == 3,
        methods: &[
            ("dps", &[]),
            ("pigdm", &[]),
            ("tmpd", &[]),
            ("repaint", &["times=5"]),
            ("replacement", &[]),
        ],
    },
];

fn experiment(lab: &mut CaptionExperiment) -> Result<()> {
    let headers = ["known", "method", "kept", "digit", "unknown part off", "spread there"];
    let mut table = Table::new(&headers);
    let known = Known::of(lab)?;
    table.notes = vec![
        format!("{IMAGES} images, {} samples of each; kept, off and spread: per pixel, root mean square", known.each),
        "fitted: the exact posterior of ten Gaussians along principal components; drawn: the images themselves".into(),
    ];
    for mask in MASKS {
        for (method, set) in mask.methods {
            let images = known.by_method(lab, mask, method, set)?;
            known.tell(lab, &mut table, mask, method, &images);
        }
        known.tell(lab, &mut table, mask, "fitted", &known.fitted(mask)?);
        let drawn =
            |k: usize| known.x0.row(k).broadcast((known.each, SIDE * SIDE)).map(|x| x.to_owned());
        let drawn: Vec<Array2<f64>> = (0..IMAGES).map(|k| drawn(k).expect("rows")).collect();
        known.tell(lab, &mut table, mask, "drawn", &drawn);
    }
    lab.show("inpainting", &table)?;
    effective_sizes(lab, &known)
}

/// The images of which a part is known, and what is fitted to others.
struct Known {
    x0: Array2<f64>, // (IMAGES, pixels), −1 black to 1 white
    each: usize,
    drawings: Labelled,
    fitted: Mixture,
    axes: Principal,
    tau: f64,
}

impl Known {
    fn of(lab: &CaptionExperiment) -> Result<Known> {
        let glyphs = Glyphs { seed: lab.seed.wrapping_add(5) };
        let digit = |d: usize| glyphs.images_as(0..1, scorelab_lab::worn(d, &[])).pixels;
        let pixels: Vec<Array2<u8>> = (0..IMAGES).map(digit).collect();
        let views: Vec<_> = pixels.iter().map(|p| p.view()).collect();
        let all = ndarray::concatenate(Axis(0), &views).expect("images of one size");
        let many = lab.size(20_000, 2000);
        let images = Glyphs { seed: lab.seed.wrapping_add(6) }.captioned_images(0..many);
        let digit = |label: &usize| Caption::of_label(*label).expect("a caption's label").class;
        let y = images.labels.iter().map(digit).collect();
        let drawings = Labelled { x: from_pixels(images.pixels.view()), y };
        let axes = Principal::of(drawings.x.view(), COMPONENTS);
        let z = axes.coordinates(drawings.x.view());
        let left = &drawings.x - &axes.points(z.view());
        let tau = (left.iter().map(|v| v * v).sum::<f64>() / left.len() as f64).sqrt();
        let fitted = gaussians(&Labelled { x: z, y: drawings.y.clone() })?;
        let each = lab.samples.div_ceil(IMAGES);
        Ok(Known { x0: from_pixels(all.view()), each, drawings, fitted, axes, tau })
    }

    /// Samples of each image by a method, as pixels from −1 to 1.
    fn by_method(
        &self,
        lab: &CaptionExperiment,
        mask: Mask,
        name: &str,
        set: &[&str],
    ) -> Result<Vec<Array2<f64>>> {
        let method = method_named(name)?;
        let knobs = Knobs::parse(method.about(), set)?;
        let prior: Score = Arc::new(lab.net.unconditional());
        let start = lab.starts(self.each, SIDE * SIDE);
        let of = |x0: ArrayView1<f64>| -> Result<Array2<f64>> {
            let seen = lab.coordinates(x0.insert_axis(Axis(0)));
            let known: Vec<(usize, f64)> =
                (0..SIDE * SIDE).filter(|i| (mask.knows)(*i)).map(|i| (i, seen[[0, i]])).collect();
            let observation = Some(Arc::new(Observation::mask(&known, SIDE * SIDE, 0.0)?));
            let parts =
                Parts { unconditional: Some(prior.clone()), observation, ..Parts::default() };
            let plan = build(method, &parts, &knobs)?;
            let ends = scorelab_lab::finite(plan.walk(&lab.sampler, lab.run(start.view())))?;
            Ok(lab.data.points(ends))
        };
        self.x0.outer_iter().map(of).collect()
    }

    /// Samples of the exact posterior of the fitted Gaussians.
    fn fitted(&self, mask: Mask) -> Result<Vec<Array2<f64>>> {
        let rows: Vec<usize> = (0..SIDE * SIDE).filter(|i| (mask.knows)(*i)).collect();
        let unit = self.axes.points(Array2::eye(COMPONENTS).view()) - &self.axes.mean; // (k, pixels)
        let a = unit.select(Axis(1), &rows).reversed_axes();
        let of = |(k, x0): (usize, ArrayView1<f64>)| -> Result<Array2<f64>> {
            let y: Array1<f64> = rows.iter().map(|i| x0[*i] - self.axes.mean[*i]).collect();
            let posterior = self.fitted.observed(&Observation::new(a.clone(), y, self.tau)?)?;
            let z = posterior.sample(self.each, k as u64, Purpose::Reference).x;
            let mut x = self.axes.points(z.view());
            rows.iter().for_each(|i| x.column_mut(*i).fill(x0[*i]));
            Ok(x)
        };
        self.x0.outer_iter().enumerate().map(of).collect()
    }

    fn tell(
        &self,
        lab: &CaptionExperiment,
        table: &mut Table,
        mask: Mask,
        name: &str,
        images: &[Array2<f64>],
    ) {
        let (mut kept, mut off, mut spread, mut right) = (vec![], vec![], vec![], vec![]);
        let root = |sum: f64, n: usize| (sum / n as f64).sqrt();
        for (k, x) in images.iter().enumerate() {
            let mean = x.mean_axis(Axis(0)).expect("samples");
            for row in x.outer_iter() {
                let square = |of: &Array1<f64>, knows: bool| {
                    let pixels: Vec<usize> =
                        (0..SIDE * SIDE).filter(|i| (mask.knows)(*i) == knows).collect();
                    root(pixels.iter().map(|i| (row[*i] - of[*i]).powi(2)).sum(), pixels.len())
                };
                let truth = self.x0.row(k).to_owned();
                kept.push(square(&truth, true));
                off.push(square(&truth, false));
                spread.push(square(&mean, false));
            }
            right.extend(lab.judge.classes(x.view()).into_iter().map(|class| class == Some(k)));
        }
        let told = [kept, off, spread].map(|values| plus_minus(mean_with_se(&values)));
        let [kept, off, spread] = told;
        let digit = share(Interval::of_hits(right));
        table.row(&[mask.name.into(), name.into(), kept, digit, off, spread]);
    }
}

/// A Gaussian for each class of the points.
fn gaussians(points: &Labelled) -> Result<Mixture> {
    let (n, d) = points.x.dim();
    let (mut weights, mut means, mut covs) = (vec![], Array2::zeros((10, d)), vec![]);
    for class in 0..10 {
        let rows: Vec<usize> = (0..n).filter(|i| points.y[*i] == class).collect();
        let x = points.x.select(Axis(0), &rows);
        let mean = x.mean_axis(Axis(0)).expect("every digit is drawn");
        let off = x - &mean;
        weights.push(rows.len() as f64 / n as f64);
        means.slice_mut(s![class, ..]).assign(&mean);
        covs.push(off.t().dot(&off) / (rows.len() as f64 - 1.0));
    }
    Mixture::new(weights, means, covs, (0..10).collect())
}

/// How many drawings are left by what is known, by their weights at a tolerance.
fn effective_sizes(lab: &mut CaptionExperiment, known: &Known) -> Result<()> {
    let mut table = Table::new(&["known", "τ", "drawings that are left, of all"]);
    let all = known.drawings.y.len();
    table.notes = vec![format!(
        "(Σw)²/Σw², w = exp(−|y − A·x|²/2τ²) of {all} drawings; the mean of {IMAGES} images"
    )];
    for mask in MASKS {
        for tau in TOLERANCES {
            let of = |x0: ArrayView1<f64>| {
                let log = |x: ArrayView1<f64>| -> f64 {
                    let square = |i: usize| (x[i] - x0[i]).powi(2);
                    let sum: f64 = (0..SIDE * SIDE).filter(|i| (mask.knows)(*i)).map(square).sum();
                    -sum / (2.0 * tau * tau)
                };
                let logs: Vec<f64> = known.drawings.x.outer_iter().map(log).collect();
                let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let w: Vec<f64> = logs.iter().map(|log| (log - top).exp()).collect();
                w.iter().sum::<f64>().powi(2) / w.iter().map(|w| w * w).sum::<f64>()
            };
            let sizes: Vec<f64> = known.x0.outer_iter().map(of).collect();
            table.row(&[mask.name.into(), tau.to_string(), plus_minus(mean_with_se(&sizes))]);
            if mask.name == "upper half" && tau == TOLERANCES[0] {
                let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
                lab.check("drawings left by the upper half at τ = 0.1", mean, 1.0..=1.5, 1.0..=1.5);
            }
        }
    }
    lab.show("inpainting_left", &table)
}
