//! The judge of generated images: a classifier that did not guide them.

use super::{Interval, Prdc, frechet_with_se, mean_with_se, prdc};
use crate::Result;
use crate::classifier::{ClassifierConfig, CleanClassifier};
use crate::mixture::Labelled;
use crate::train::{TrainConfig, TrainStep};
use ndarray::{Array2, ArrayView2};

/// A classifier of clean points with random numbers of its own, never used for guidance.
///
/// Guided samples please the classifier that guided them, as adversarial examples do; another one says what they are. Its
/// last hidden layer is the space in which sets are compared.
#[derive(Debug)]
pub struct Judge {
    /// The classifier.
    pub classifier: CleanClassifier,
}

/// What a judge says of samples; each number with its interval or its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// The share of the samples that are of the class wanted.
    pub accuracy: Interval,
    /// The mean probability of the class wanted.
    pub confidence: (f64, f64),
    /// The Fréchet distance of the features from those of the reference, [`frechet_with_se`] over 20 blocks.
    pub fd: (f64, f64),
    /// How samples and reference cover each other, among 5 nearest neighbours in the space of features.
    pub prdc: Prdc,
}

impl Judge {
    /// The judge's network and training: 64 features, few enough for the covariances of some thousand samples. No stream of
    /// random numbers is shared with a classifier of the same seed.
    pub fn config(seed: u64) -> ClassifierConfig {
        let train = TrainConfig {
            steps: 2000,
            batch: 256,
            learning_rate: 2e-3,
            ema: 0.995,
            seed: !seed,
            ..TrainConfig::default()
        };
        ClassifierConfig { width: 64, depth: 3, train, ..ClassifierConfig::default() }
    }

    /// Trains a judge.
    ///
    /// # Errors
    /// As [`CleanClassifier::train`].
    pub fn train(
        data: &Labelled,
        config: &ClassifierConfig,
        progress: &mut dyn FnMut(TrainStep),
    ) -> Result<Self> {
        CleanClassifier::train(data, config, progress).map(|classifier| Judge { classifier })
    }

    /// The fewest samples that can be judged: the blocks by which the standard error of FD is found.
    pub const LEAST: usize = 20;

    /// The most probable class of every row: `x` (n, d) → (n). A row that is not finite is of no class.
    pub fn classes(&self, x: ArrayView2<f64>) -> Vec<Option<usize>> {
        classes(&self.classifier.probabilities(x))
    }

    /// Judges samples: `samples` (n, d) with the class `wanted` (n) of each, against a `reference` (m, d) of true
    /// points.
    ///
    /// The floor is what it says of other true points with their labels. FD has a bias that falls as 1/n + 1/m, and coverage
    /// depends on both sizes: compare only judgements of equal n and m. The rows of both sets must be in no order. A row that
    /// is not finite is of no class and makes FD NaN.
    ///
    /// # Panics
    /// If the sets differ in d, there is not one class for each sample, or a set has fewer than [`Judge::LEAST`] rows.
    pub fn judge(
        &self,
        samples: ArrayView2<f64>,
        wanted: &[usize],
        reference: ArrayView2<f64>,
    ) -> Judgement {
        const NEIGHBOURS: usize = 5;
        assert_eq!(samples.nrows(), wanted.len(), "a class for each sample");
        let p = self.classifier.probabilities(samples);
        let found = classes(&p);
        let hits = found.iter().zip(wanted).map(|(c, y)| *c == Some(*y));
        let sure: Vec<f64> = p.outer_iter().zip(wanted).map(|(p, y)| p[*y]).collect();
        let seen = self.classifier.features(samples);
        let true_ones = self.classifier.features(reference);
        Judgement {
            accuracy: Interval::of_hits(hits),
            confidence: mean_with_se(&sure),
            fd: frechet_with_se(seen.view(), true_ones.view(), Judge::LEAST),
            prdc: prdc(seen.view(), true_ones.view(), NEIGHBOURS),
        }
    }
}

/// The largest of each row (n, classes), the first of equal ones.
fn classes(p: &Array2<f64>) -> Vec<Option<usize>> {
    let best = |p: ndarray::ArrayView1<f64>| {
        let top = p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        p.iter().position(|p| *p == top)
    };
    p.outer_iter().map(best).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Modes, shares};
    use super::*;
    use crate::data::Scene;
    use crate::linalg::eigenvalues;
    use crate::rng::Purpose;
    use ndarray::s;

    #[test]
    fn true_points_of_a_scene_are_judged_right_and_others_are_not() {
        let mixture = Scene::named("animals").unwrap().mixture;
        let draw = |seed| mixture.sample(2_000, seed, Purpose::Data);
        let (data, reference, other) = (draw(1), draw(2), draw(3));
        let config = Judge::config(0);
        let train = TrainConfig { steps: 300, ..config.train };
        let config = ClassifierConfig { width: 32, train, ..config };
        let judge = Judge::train(&data, &config, &mut |_| {}).unwrap();
        let floor = judge.judge(other.x.view(), &other.y, reference.x.view());
        assert!(floor.accuracy.value > 0.999 && floor.confidence.0 > 0.99, "{floor:?}");
        assert!(floor.prdc.coverage.0 > 0.9 && floor.prdc.precision.0 > 0.9, "{floor:?}");

        // a copy to the left of itself, and one class for all four
        let moved = judge.judge((&other.x - 0.4).view(), &other.y, reference.x.view());
        let apart = moved.fd.0 - floor.fd.0;
        assert!(apart > 5.0 * moved.fd.1.hypot(floor.fd.1), "{moved:?} {floor:?}");
        let dogs = mixture.given(0).sample(2_000, 4, Purpose::Data).x;
        let all_dogs = judge.judge(dogs.view(), &other.y, reference.x.view());
        assert!((all_dogs.accuracy.value - 0.25).abs() < 5.0 * all_dogs.accuracy.half());
        assert!(all_dogs.prdc.recall.0 < 0.5 && all_dogs.prdc.coverage.0 < 0.5, "{all_dogs:?}");
        assert!(all_dogs.fd.0 > moved.fd.0);

        // the same classes as the exact modes
        let exact = shares(other.x.view(), &Modes::of(&mixture), 0).target;
        let found = judge.classes(other.x.view());
        let dogs = found.iter().filter(|c| **c == Some(0)).count() as f64 / 2_000.0;
        assert!((dogs - exact).abs() < 0.005, "{dogs} {exact}");
    }

    #[test]
    fn the_logits_are_linear_in_the_features_and_what_is_no_number_has_no_class() {
        let mixture = Scene::named("three").unwrap().mixture;
        let data = mixture.sample(300, 1, Purpose::Data);
        let config = Judge::config(1);
        let train = TrainConfig { steps: 300, ..config.train };
        let judge =
            Judge::train(&data, &ClassifierConfig { width: 6, train, ..config }, &mut |_| {});
        let judge = judge.unwrap();
        let x = &data.x.slice(s![..50, ..]);
        let (h, p) =
            (judge.classifier.features(x.view()), judge.classifier.probabilities(x.view()));
        assert_eq!((h.dim(), p.dim()), ((50, 6), (50, 3)));
        // log-odds of 50 rows span no more than 6 features and a constant: 8 rows of them depend on each other
        let odds = p.column(1).mapv(f64::ln) - p.column(0).mapv(f64::ln);
        let mut table = Array2::ones((50, 8));
        table.slice_mut(s![.., ..6]).assign(&h);
        table.column_mut(7).assign(&odds);
        let gram = table.t().dot(&table);
        let mut spectrum = eigenvalues(&gram);
        spectrum.sort_by(f64::total_cmp);
        assert!(spectrum[0].abs() < 1e-10 * spectrum[7], "{spectrum:?}");
        table.column_mut(7).mapv_inplace(f64::tanh); // what bends them is not
        let mut spectrum = eigenvalues(&table.t().dot(&table));
        spectrum.sort_by(f64::total_cmp);
        assert!(spectrum[0].abs() > 1e-7 * spectrum[7], "the wrong twin passed: {spectrum:?}");

        let broken = ndarray::array![[f64::NAN, 0.0], [0.0, 1.0]];
        let classes = judge.classes(broken.view());
        assert!(classes[0].is_none() && classes[1].is_some());
    }
}
