//! The boughs of the crown, and how samples are shared out over them.

use ndarray::{Array1, ArrayView2, Axis};
use scorelab::Result;
use scorelab::metrics::mean_with_se;
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;

/// Generations of branches, and the one whose branches are the boughs.
const GENERATIONS: u32 = 7;
const BOUGHS: usize = 8;

/// The wood below the boughs, and then each bough with all that grows on it, as the classes of a mixture.
pub struct Boughs(Mixture);

impl Boughs {
    /// Those of the crown of the scene `tree`, whose components stand in the order in which it grows.
    pub fn of(crown: &Mixture) -> Result<Boughs> {
        let mut of_branch = Vec::new();
        grow(1, GENERATIONS, &mut of_branch);
        let along = crown.weights().len() / of_branch.len();
        let labels = of_branch.into_iter().flat_map(|bough| vec![bough; along]).collect();
        let (weights, means) = (crown.weights().to_vec(), crown.means().to_owned());
        Mixture::new(weights, means, crown.covs().to_vec(), labels).map(Boughs)
    }

    /// The share of each that the crown itself has: the wood below, and the boughs.
    pub fn weights(&self) -> Vec<f64> {
        self.0.class_weights()
    }

    /// Of each its share of the samples (n, 2), a sample counting for each as probably as it is from there; with standard errors.
    ///
    /// Of exact samples the mean of a share is its weight.
    pub fn shares(&self, x: ArrayView2<f64>) -> Vec<(f64, f64)> {
        let from = self.0.class_probabilities(x, CLEAN);
        from.columns().into_iter().map(|column| mean_with_se(&column.to_vec())).collect()
    }

    /// Half the sum of |share − weight|, with its standard error by the delta method.
    pub fn off(&self, x: ArrayView2<f64>) -> (f64, f64) {
        let from = self.0.class_probabilities(x, CLEAN);
        let shares = from.mean_axis(Axis(0)).expect("samples");
        let weights = Array1::from(self.weights());
        let signs = (&shares - &weights).mapv(|d| 0.5 * d.signum());
        mean_with_se(&(&from - &weights).dot(&signs).to_vec())
    }
}

/// The data themselves.
const CLEAN: NoiseLevel = NoiseLevel { alpha: 1.0, sigma: 0.0 };

/// The bough of branch `number` (the trunk is 1, the children of k are 2k and 2k + 1) and of all that grows on it, in that order.
fn grow(number: usize, left: u32, all: &mut Vec<usize>) {
    let mut bough = number;
    while bough >= 2 * BOUGHS {
        bough /= 2;
    }
    all.push((bough + 1).saturating_sub(BOUGHS));
    if left > 1 {
        (0..2).for_each(|side| grow(2 * number + side, left - 1, all));
    }
}
