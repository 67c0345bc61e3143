//! A digit of which the lower half or a few pixels are known: what do methods draw where nothing is?
//!
//! ```text
//! cargo run --example inpainting
//! ```
//!
//! A mixture is fitted to the digits along their principal components; of it the posterior is exact, and every method can be asked with
//! its score as well as with the network's, which has seen no mask. Beside them is a network that was trained with a mask for each
//! image, and with none. A pixel is known up to τ, the ink that lies off the components. Each image gets one sample; where nothing is
//! known, it is judged by a classifier that steered nothing. Expect the digit that is meant, where the lower half is known, of nine in ten
//! images by the fitted posterior, 85 % by the trained network and 42 % where nothing is; of 16 pixels 46, 23 and 12 %. The fitted posterior
//! keeps what is known as its law says; the trained network is off by twice τ on the half and by six times τ on the 16 pixels, whether it
//! learned from 16 masks of scattered pixels or from 256. DPS takes a fifth of the widest component's spread for τ, for at 0.2, its floor in the
//! plane, the push would be too stiff for these steps and explode on the half; so it keeps what is known up to that only. A training set alone
//! answers with copies: the half leaves the weight of one image of 30,000, the 16 pixels that of five. TMPD asks the Jacobian once for each
//! number, so it fills in few pixels and no half; by the network it draws the right digit for 28 % of the 16 pixels, and keeps them up to τ.

#[path = "inpainting/law.rs"]
mod law;

use law::miss_in_standard_errors;
use ndarray::{Array2, ArrayView1, Axis};
use rayon::prelude::*;
use scorelab::Result;
use scorelab::condition::{Condition, Observation};
use scorelab::data::{Lifted, from_pixels, to_pixels};
use scorelab::methods::{Knobs, Parts, Plan, Score, build, method_named};
use scorelab::metrics::{Judgement, mean_with_se};
use scorelab::mixture::{Empirical, Labelled, MeasuredEach, Mixture};
use scorelab::nn::Observing;
use scorelab::null_label::JointNet;
use scorelab::score::ScoreFn;
use scorelab_figures::lecture::{self, Filled};
use scorelab_figures::plot::{Figure, Text};
use scorelab_lab::{
    Defaults, ImageExperiment, ImageNets, KnownPixels, Table, plus_minus, run_images, share,
};
use std::process::ExitCode;
use std::sync::Arc;

const QUESTION: &str = "a digit of which the lower half or a few pixels are known: what do methods draw where nothing is?";

fn main() -> ExitCode {
    let defaults = Defaults {
        samples: (300, 24),
        unused: &["scene", "gamma", "class", "gradient-scale", "all"],
        ..Defaults::IMAGES
    };
    run_images("inpainting", QUESTION, "mask_and_point", defaults, experiment)
}

/// Which pixels of an image are known: the stem of the figure, a name, and whether one by its line and column is.
type Mask = (&'static str, Text, fn(usize, usize) -> bool);
const MASKS: [Mask; 2] = [
    ("18c_lower_half", Text::new("the lower half", "nửa dưới"), |line, _| line >= 14),
    ("18d_few_pixels", Text::new("16 pixels", "16 điểm ảnh"), |line, column| {
        line % 7 == 3 && column % 7 == 3
    }),
];
/// The methods that know only the prior's score.
const METHODS: [&str; 5] = ["tmpd", "pigdm", "dps", "repaint", "replacement"];
/// The floor of DPS, for a coordinate of spread 1 as in the plane: its push is stiff by (spread/floor)², and along a component that is spread
/// more a step would carry it away.
const FLOOR: f64 = 0.2;
/// More numbers than TMPD is asked for.
const TOO_MANY: usize = 32;
/// Images that are filled in together: a level costs the mixture as much as some dozens of them.
const TOGETHER: usize = 64;
/// What multiplies τ in the wrong twin of the known pixels' law, in full and at `--quick`: so that it is seen with as few numbers as there are
/// then, 24 images of 16 pixels, whose mean square is known to √(2/384).
const TWIN: (f64, f64) = (1.2, 2.0);
/// Gaussians for each class of the fitted mixture.
const EACH: (usize, usize) = (2, 1);

/// What is the same for all images: some pixels are known.
struct Known {
    stem: &'static str,
    name: Text,
    those: KnownPixels,
    /// What is observed of all images, along the components.
    seen: Observation,
    /// What the fitted mixture then is.
    posterior: MeasuredEach,
}

/// The images, and what knows them.
struct World<'a> {
    lab: &'a ImageExperiment,
    nets: &'a ImageNets,
    /// τ: the root mean square of a pixel off the components.
    tau: f64,
    fitted: Mixture,
    /// The network that was trained with masks.
    told: JointNet<Observing>,
    /// The images that are filled in, as points.
    images: Array2<f64>,
}

/// Samples of one way: as they are, and with the known pixels put back, as pixels.
struct Drawn {
    x: Array2<f64>,
    filled: Array2<u8>,
}

impl World<'_> {
    fn known(&self, (stem, name, is): &Mask) -> Result<Known> {
        let width = self.lab.held_out.width;
        let all = 0..self.images.ncols();
        let pixels: Vec<usize> = all.filter(|i| is(i / width, i % width)).collect();
        let (stem, name) = (*stem, name.clone());
        let (those, seen, posterior) = self.observed(pixels, self.tau)?;
        Ok(Known { stem, name, those, seen, posterior })
    }

    /// These pixels of every image up to τ, and what the fitted mixture then is.
    fn observed(
        &self,
        pixels: Vec<usize>,
        tau: f64,
    ) -> Result<(KnownPixels, Observation, MeasuredEach)> {
        let those = KnownPixels::new(pixels, &self.nets.components, tau)?;
        let seen = those.of_each(self.images.view());
        let posterior = self.fitted.instrument(&seen)?.reads_each(seen.values());
        Ok((those, seen, posterior))
    }

    /// A sample for every image by a plan that `plan` makes for the rows of some of them, which are asked together.
    fn walk(
        &self,
        known: &Known,
        dim: usize,
        plan: impl Fn(&[usize]) -> Result<Plan> + Sync,
    ) -> Result<Drawn> {
        let starts = self.lab.starts(self.images.nrows(), dim);
        let rows: Vec<usize> = (0..self.images.nrows()).collect();
        let some = |rows: &[usize]| {
            let run = self.lab.run(starts.view());
            Ok(plan(rows)?.walk_rows_at_once(&self.lab.sampler, run, rows))
        };
        let ends: Vec<Array2<f64>> = rows.par_chunks(TOGETHER).map(some).collect::<Result<_>>()?;
        let ends: Vec<_> = ends.iter().map(|x| x.view()).collect();
        let x = ndarray::concatenate(Axis(0), &ends).expect("rows of one width");
        let x = if dim == self.images.ncols() { x } else { self.nets.components.points(x.view()) };
        let mut whole = x.clone();
        for pixel in &known.those.pixels {
            whole.column_mut(*pixel).assign(&self.images.column(*pixel));
        }
        Ok(Drawn { x, filled: to_pixels(whole.view()) })
    }

    /// By a method that knows only the prior's score.
    fn by(&self, known: &Known, name: &str, prior: &Score) -> Result<Drawn> {
        let (frame, pixels) = (self.nets.components.clone(), &known.those.pixels);
        let overwrites = ["repaint", "replacement"].contains(&name);
        let prior: Score = match overwrites {
            true => Arc::new(Lifted { score: prior.clone(), frame, rest: self.tau }),
            false => prior.clone(),
        };
        let method = method_named(name)?;
        let set = match name {
            "repaint" => vec!["times=5".to_string()],
            "dps" => vec![format!("floor={}", FLOOR * self.nets.components.spread[0])],
            _ => Vec::new(),
        };
        let knobs = Knobs::parse(method.about(), &set)?;
        let whole = Array2::eye(self.images.ncols());
        let plan = |rows: &[usize]| {
            let images = self.images.select(Axis(0), rows);
            let seen = match overwrites {
                true => {
                    let (a, y) = (whole.select(Axis(0), pixels), images.select(Axis(1), pixels));
                    Observation::each(a, y, 0.0)?
                }
                false => known.those.of_each(images.view()),
            };
            let (unconditional, observation) = (Some(prior.clone()), Some(Arc::new(seen)));
            build(method, &Parts { unconditional, observation, ..Parts::default() }, &knobs)
        };
        self.walk(known, prior.dim(), plan)
    }

    /// By the posterior of the fitted mixture.
    fn exact(&self, known: &Known) -> Result<Drawn> {
        self.walk(known, self.fitted.dim(), |rows| {
            Ok(Plan::of(Arc::new(known.posterior.of_points(rows))))
        })
    }

    /// What the posterior would be if the pixels were known less well, up to [`TWIN`] times τ.
    fn twin(&self, known: &Known) -> Result<MeasuredEach> {
        Ok(self.observed(known.those.pixels.clone(), self.lab.size(TWIN.0, TWIN.1) * self.tau)?.2)
    }

    /// By the network that was trained with masks.
    fn told(&self, known: &Known) -> Result<Drawn> {
        self.walk(known, self.fitted.dim(), |rows| {
            let own = |i: &usize| Condition::from(known.those.of(self.images.row(*i)));
            Ok(Plan::of(Arc::new(self.told.given_each(rows.iter().map(own).collect()))))
        })
    }
}

fn experiment(lab: &mut ImageExperiment) -> Result<()> {
    let nets = lab.nets()?;
    let (seen, tau) = lab.along(&nets.components);
    let fitted = Mixture::fitted(&seen, lab.size(EACH.0, EACH.1), 0.1 * tau, lab.seed)?;
    let told = lab.told_network(&nets.components, (&seen, tau))?;
    let images = from_pixels(lab.held_out.pixels.view());
    let world = World { lab: &*lab, nets: &nets, tau, fitted, told, images };
    let headers = ["known", "score", "method", "known pixels off", "class %", "FD"];
    let mut table = Table::new(&headers);
    table.notes = vec![
        format!(
            "{} images, a sample each; off: the root mean square of sample − image over the known pixels, of −1 … 1; τ = {tau:.3}",
            world.images.nrows()
        ),
        "class and FD: of the samples with the known pixels put back; FD from as many other images"
            .into(),
        "off –: some samples are not finite; where it is large, DPS steps further than it may"
            .into(),
    ];
    let (mut found, mut figures) = (Vec::new(), Vec::new());
    for mask in &MASKS {
        let known = world.known(mask)?;
        let (filled, figure) = fill(&world, &known)?;
        filled.rows.iter().for_each(|row| row.tell(&mut table));
        table.notes.push(leaves(&world, &known, &seen)?);
        figures.push(figure);
        found.push(filled);
    }
    lab.show("inpainting", &table)?;
    lab.draw(&figures)?;
    answer(lab, &found);
    check(lab, &found);
    Ok(())
}

/// What came out where the first pixels are known, in a sentence: how often each way draws the right class.
fn answer(lab: &mut ImageExperiment, found: &[Found]) {
    let each = found[0].rows.iter().map(|row| {
        let score = if row.score == "–" { String::new() } else { format!("{}, ", row.score) };
        format!("{score}{} {} %", row.method, share(row.judged.accuracy))
    });
    let each = each.collect::<Vec<_>>().join("; ");
    let known = MASKS[0].1.clone();
    lab.answer(
        Text::new("a digit of the right class (known: ", "chữ số đúng lớp (phần đã biết: ")
            .then(known)
            .then(format!("): {each}")),
    );
}

/// A row of the table.
struct Row {
    known: String,
    score: &'static str,
    method: &'static str,
    off: (f64, f64),
    judged: Judgement,
}

impl Row {
    fn of(world: &World, known: &Known, [score, method]: [&'static str; 2], drawn: &Drawn) -> Row {
        let square = |(x, image): (ArrayView1<f64>, ArrayView1<f64>)| {
            let each = known.those.pixels.iter().map(|p| (x[*p] - image[*p]).powi(2));
            each.sum::<f64>() / known.those.pixels.len() as f64
        };
        let squares: Vec<f64> =
            drawn.x.outer_iter().zip(world.images.outer_iter()).map(square).collect();
        let (mean, se) = mean_with_se(&squares);
        let root = mean.sqrt();
        let off = (root, se / (2.0 * root).max(f64::MIN_POSITIVE));
        let (pixels, labels) = (from_pixels(drawn.filled.view()), &world.lab.held_out.labels);
        let others = from_pixels(world.lab.twin.pixels.view());
        let judged = world.nets.judge.judge(pixels.view(), labels, others.view());
        Row { known: known.name.en.to_string(), score, method, off, judged }
    }

    fn tell(&self, table: &mut Table) {
        let Row { known, score, method, off, judged } = self;
        let words = [known.clone(), score.to_string(), method.to_string()];
        let numbers = [plus_minus(*off), share(judged.accuracy), plus_minus(judged.fd)];
        table.row(&[words, numbers].concat());
    }
}

/// What came of a mask: its rows, and by how many standard errors the exact posterior's samples miss the known pixels further than
/// their law says, and than the law of a τ that is too large.
struct Found {
    rows: Vec<Row>,
    off_law: f64,
    off_twin: f64,
}

/// All ways to fill in the images of which this is known.
fn fill(world: &World, known: &Known) -> Result<(Found, Figure)> {
    let way = |words: [&'static str; 2], draw: &dyn Fn() -> Result<Drawn>| -> Result<Way> {
        let what = known.name.clone().then(format!(", {}, {}", words[0], words[1]));
        world.lab.timed(&what, draw).map(|drawn| (words, drawn))
    };
    let whole = Drawn { x: world.images.clone(), filled: to_pixels(world.images.view()) };
    let fitted: Score = Arc::new(world.fitted.clone());
    let network: Score = Arc::new(world.nets.joint.unconditional());
    let free = || world.walk(known, world.fitted.dim(), |_| Ok(Plan::of(network.clone())));
    let mut all: Vec<Way> = vec![
        (["–", "the images themselves"], whole),
        way(["network", "nothing known"], &free)?,
        way(["fitted", "exact posterior"], &|| world.exact(known))?,
    ];
    let few = known.those.numbers() <= TOO_MANY;
    for (score, prior) in [("fitted", &fitted), ("network", &network)] {
        for name in METHODS.into_iter().filter(|name| few || *name != "tmpd") {
            all.push(way([score, name], &|| world.by(known, name, prior))?);
        }
    }
    all.push(way(["network", "trained with masks"], &|| world.told(known))?);
    let rows = all.iter().map(|(words, drawn)| Row::of(world, known, *words, drawn)).collect();
    let z = world.nets.components.coordinates(all[2].1.x.view());
    let off = |law: &MeasuredEach| miss_in_standard_errors(&known.seen, law, z.view());
    let (off_law, off_twin) = (off(&known.posterior), off(&world.twin(known)?));
    Ok((Found { rows, off_law, off_twin }, figure(world, known, &all)?))
}

/// A way to fill in, by its score and its name, and what it drew.
type Way = ([&'static str; 2], Drawn);

/// Some of the ways side by side.
fn figure(world: &World, known: &Known, all: &[Way]) -> Result<Figure> {
    let shown = |score: &str, method: &str| -> &Array2<u8> {
        let found = all.iter().find(|(words, _)| *words == [score, method]);
        &found.expect("one of them").1.filled
    };
    let columns = [
        (Text::new("image", "ảnh"), shown("–", "the images themselves")),
        (Text::new("exact, fitted", "chính xác"), shown("fitted", "exact posterior")),
        ("ΠGDM".into(), shown("network", "pigdm")),
        ("DPS".into(), shown("network", "dps")),
        ("RePaint".into(), shown("network", "repaint")),
        (Text::new("replacement", "thay thế"), shown("network", "replacement")),
        (Text::new("trained", "đã học"), shown("network", "trained with masks")),
    ];
    let (stem, size) = (known.stem, (world.lab.held_out.height, world.lab.held_out.width));
    let (known, name) = (&known.those.pixels[..], known.name.clone());
    let filled = Filled { stem, size, known, name, columns: &columns };
    lecture::inpainting(&filled)
}

/// How many images of the training set what is known leaves, in words.
fn leaves(world: &World, known: &Known, seen: &Labelled) -> Result<String> {
    let set = Empirical::new(seen.x.clone())?;
    let n = world.images.nrows().min(world.lab.size(100, 20));
    let size = |i| set.effective_size(&known.those.of(world.images.row(i)));
    let mut sizes = (0..n).map(size).collect::<Vec<f64>>();
    sizes.sort_by(f64::total_cmp);
    Ok(format!(
        "{}: of {} images of the training set the known pixels leave {:.1} (median of {n} images, effective sample size)",
        known.name.en,
        seen.y.len(),
        sizes[n / 2]
    ))
}

/// The numbers that this experiment promises.
fn check(lab: &mut ImageExperiment, found: &[Found]) {
    for (mask, Found { rows, off_law, off_twin }) in found.iter().enumerate() {
        let of = |score: &str, method: &str| {
            rows.iter().find(|row| (row.score, row.method) == (score, method)).expect("a row")
        };
        let class = |row: &Row| row.judged.accuracy.value;
        let known = &rows[0].known;
        let (exact, told) = (of("fitted", "exact posterior"), of("network", "trained with masks"));
        let free = of("network", "nothing known");
        let what = format!("{known}: exact, known pixels off beyond the law, in standard errors");
        lab.check(&what, *off_law, -4.5..=4.5, -4.5..=4.5);
        let what = format!("{known}: the same beside the law of {}·τ", lab.size(TWIN.0, TWIN.1));
        lab.check(&what, *off_twin, -1e3..=-4.5, -1e3..=-4.5);
        let n = lab.samples as f64;
        let variance = |p: f64| (p * (1.0 - p)).max(0.5 / n) / n;
        // of 16 pixels the trained network makes little: eight points ± 3 more than of none
        for row in [exact, told].into_iter().take(2 - mask) {
            let (own, nothing) = (class(row), class(free));
            let more = (own - nothing) / (variance(own) + variance(nothing)).sqrt();
            let what =
                format!("{known}: {} over nothing known, class in standard errors", row.method);
            // two dozen images only tell that it is not worse
            lab.check(&what, more, 4.5..=1e3, -2.0..=1e3);
        }
    }
}
