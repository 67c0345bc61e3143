//! What samples of images are compared with: images that no network has seen, through the eyes of a judge.

use crate::data::{has_test, unseen};
use crate::memory;
use crate::networks::{fits, load, wrong_kind};
use crate::steering::Steering;
use ndarray::Array2;
use rand::seq::SliceRandom;
use scorelab::checkpoint::{Model, Recipe};
use scorelab::data::{Caption, ClassName, Images, View, digit_names, from_pixels};
use scorelab::metrics::{Judge, Judgement};
use scorelab::rng::{Purpose, stream};
use scorelab::{Error, Result};
use scorelab_figures::lecture::ImageJudge;

/// A judge and the images that it compares with.
pub struct Yardstick {
    judge: Judge,
    /// How the judge sees images.
    view: View,
    /// The images to compare with, and as many others.
    held_out: [Images; 2],
    /// The classes that samples should have; where empty, any.
    pub wanted: Option<Vec<usize>>,
}

impl Yardstick {
    /// The judge of this name, and twice as many images as samples, of the wanted class or of all, chosen by the seed.
    ///
    /// # Errors
    /// If it is not a clean classifier of such images, it steers the score itself, or there are too few images.
    pub fn open(judge: Option<&str>, steering: &Steering) -> Result<Yardstick> {
        let Some(path) = judge else {
            let why = "--judge is required: images are measured by a classifier that did not steer them; train one with `scorelab train --model clean --data …`";
            return Err(Error::Usage { why: why.into() });
        };
        let (n, size) = (steering.samples, pixels(steering));
        let bytes = 60.0 * n as f64 * size.unwrap_or(0) as f64;
        memory::refuse("the comparison of images", bytes, steering.memory)?;
        let checkpoint = load(path)?;
        let (view, trained) = (checkpoint.view, checkpoint.trained);
        let Model::Clean(classifier) = checkpoint.model else {
            return Err(wrong_kind(path, checkpoint.model.name(), "a clean classifier"));
        };
        let own = trained.data.image.map(|(height, width)| height * width);
        let Some(pixels) = own.filter(|own| Some(*own) == size) else {
            let why = "it is not a classifier of images of this size".into();
            return Err(Error::File { path: path.into(), why });
        };
        let own = &classifier.network().config;
        let names = judged_classes(steering);
        let classes = names.len();
        fits("--judge", (own.inputs, own.outputs), (view.dim(pixels), classes))?;
        if trained.data.image_classes() != names {
            let why = "its classes are called differently from those of the score".into();
            return Err(Error::File { path: path.into(), why });
        }
        if steering.is_steered_by(classifier.network()) {
            let must = "another classifier than the one that steers";
            return Err(Error::value("--judge", path, must));
        }
        if let Some(learned) = &trained.recipe {
            has_not_seen_the_held_out(learned, recipe(steering)?, path)?;
        }
        let held_out = held_out(steering)?;
        let captioned = steering.data.captioned();
        let wanted = steering.wanted(n).map(|y| if captioned { digits(y) } else { y });
        Ok(Yardstick { judge: Judge { classifier }, view, held_out, wanted })
    }

    /// What the judge says about images (n, height·width) of the wanted classes, compared with the held-out ones.
    pub fn judged(&self, pixels: &Array2<u8>) -> Judgement {
        let unknown = vec![0; pixels.nrows()];
        self.of(pixels, self.wanted.as_ref().unwrap_or(&unknown))
    }

    /// What it says about other held-out images with their own labels: the difference between two samples of the data.
    pub fn floor(&self) -> Judgement {
        let [_, twin] = &self.held_out;
        self.of(&twin.pixels, &twin.labels)
    }

    /// The digit or class of each image (n, height·width), as the judge sees it.
    pub fn classes(&self, pixels: &Array2<u8>) -> Vec<Option<usize>> {
        self.judge.classes(self.points(pixels).view())
    }

    /// Other held-out images, as many as samples.
    pub fn others(&self) -> &Array2<u8> {
        &self.held_out[1].pixels
    }

    fn of(&self, pixels: &Array2<u8>, wanted: &[usize]) -> Judgement {
        let reference = self.points(&self.held_out[0].pixels);
        self.judge.judge(self.points(pixels).view(), wanted, reference.view())
    }

    fn points(&self, pixels: &Array2<u8>) -> Array2<f64> {
        self.view.coordinates(from_pixels(pixels.view()).view())
    }
}

fn has_not_seen_the_held_out(learned: &Recipe, score: &Recipe, path: &str) -> Result<()> {
    let same = learned.data == score.data && learned.train.seed == score.train.seed;
    if same && learned.points > score.points && !has_test(&score.data)? {
        let must = "one that was not trained on the images held out; train it with another --seed, or with no more --points than the score";
        return Err(Error::value("--judge", path, must));
    }
    Ok(())
}

impl ImageJudge for Yardstick {
    fn wanted(&self) -> Option<Vec<usize>> {
        self.wanted.clone()
    }

    fn probabilities(&self, pixels: &Array2<u8>) -> Array2<f64> {
        self.judge.classifier.probabilities(self.points(pixels).view())
    }

    fn judged(&self, pixels: &Array2<u8>) -> Judgement {
        self.judged(pixels)
    }

    fn floor(&self) -> Judgement {
        self.floor()
    }
}

/// Twice as many images as samples, none of which the score has seen, of its class if it has one, in random order;
/// another seed chooses others.
///
/// # Errors
/// If there are too few.
pub fn held_out(steering: &Steering) -> Result<[Images; 2]> {
    let (recipe, n, seed) = (recipe(steering)?, steering.samples, steering.seed);
    let class = steering.class.filter(|_| !steering.all);
    // one drawing in ten is of a given class, or all of them of a given caption
    let enough = if class.is_some() && !steering.data.captioned() { 24 * n + 200 } else { 2 * n };
    let all = unseen(recipe, class, (enough, seed))?;
    let mut rows: Vec<usize> = (0..all.labels.len())
        .filter(|i| class.is_none_or(|class| all.labels[*i] == class))
        .collect();
    rows.shuffle(&mut stream(seed, Purpose::Permutation, 1, 0));
    if rows.len() < 2 * n {
        let must = format!(
            "at most {}, half of the images that the training has not seen",
            rows.len() / 2
        );
        return Err(Error::value("--samples", n, must));
    }
    let seen = |rows: &[usize]| {
        let images = all.select(rows);
        match steering.data.captioned() {
            true => Images { labels: digits(images.labels), class_names: digit_names(), ..images },
            false => images,
        }
    };
    Ok([seen(&rows[..n]), seen(&rows[n..2 * n])])
}

/// The classes that a judge tells apart: where they are captions, their digits.
fn judged_classes(steering: &Steering) -> Vec<ClassName> {
    match steering.data.captioned() {
        true => digit_names(),
        false => steering.data.class_names(),
    }
}

/// The digit of each caption.
fn digits(labels: Vec<usize>) -> Vec<usize> {
    let digit = |label| Caption::of_label(label).expect("a caption's label").class;
    labels.into_iter().map(digit).collect()
}

/// How the images of a score or a classifier were taken.
fn recipe(steering: &Steering) -> Result<&Recipe> {
    steering.data.recipe().ok_or_else(|| {
        let must = "a checkpoint of `scorelab train`, which records where its images come from";
        Error::value("the score or classifier", "trained on unknown images", must)
    })
}

/// The pixels of an image; a scene has none.
fn pixels(steering: &Steering) -> Option<usize> {
    steering.data.size().map(|(height, width)| height * width)
}
