//! The scene `tree`: fine structure at many scales, grown by a recursion.

use crate::Result;
use crate::mixture::Mixture;
use crate::rng::{Purpose, stream};
use ndarray::{Array2, array};
use rand::Rng;
use rand_distr::StandardNormal;
use std::f64::consts::FRAC_PI_2;

/// Generations of branches, the trunk included.
const GENERATIONS: u32 = 7;
/// Components along one branch.
const ALONG: usize = 4;
const SEED: u64 = 10;
/// Length and half thickness of a trunk.
const TRUNK: (f64, f64) = (1.0, 0.05);
/// A branch against its parent: its length and thickness, its share of the weight per length, and the angle between them.
const SHORTER: f64 = 0.8;
const THINNER: f64 = 0.75;
const LIGHTER: f64 = 0.55;
const BEND: f64 = 0.36;
/// How much lengths and angles scatter, relative to themselves.
const SCATTER: (f64, f64) = (0.12, 0.25);

/// A straight piece that bears components and, at its end, two thinner ones.
#[derive(Clone, Copy)]
struct Branch {
    from: [f64; 2],
    angle: f64,
    length: f64,
    thick: f64,
    weight: f64, // per length
    number: u64, // the trunk is 1, the children of k are 2k and 2k + 1
}

impl Branch {
    fn dir(&self) -> [f64; 2] {
        [self.angle.cos(), self.angle.sin()]
    }

    fn at(&self, share: f64) -> [f64; 2] {
        [0, 1].map(|j| self.from[j] + share * self.length * self.dir()[j])
    }

    /// One of its two children; what is random about it follows from its number and its class.
    fn child(&self, class: usize, side: u64) -> Branch {
        let number = 2 * self.number + side;
        let mut rng = stream(SEED, Purpose::Data, class as u64, number);
        let mut normal = || -> f64 { rng.sample(StandardNormal) };
        let sign = if side == 0 { 1.0 } else { -1.0 };
        Branch {
            from: self.at(1.0),
            angle: self.angle + sign * BEND * (1.0 + SCATTER.1 * normal()),
            length: self.length * SHORTER * (1.0 + SCATTER.0 * normal()),
            thick: self.thick * THINNER,
            weight: self.weight * LIGHTER,
            number,
        }
    }

    /// The branch and all that grows on it.
    fn grow(self, class: usize, left: u32, all: &mut Vec<(Branch, usize)>) {
        all.push((self, class));
        if left > 1 {
            (0..2).for_each(|side| self.child(class, side).grow(class, left - 1, all));
        }
    }
}

/// Two trees back to back, each of 127 branches with four slanted components along every branch: a crown that grows up,
/// and roots that grow down.
pub fn tree() -> Result<Mixture> {
    let mut branches = Vec::new();
    for class in 0..2 {
        let angle = if class == 0 { FRAC_PI_2 } else { -FRAC_PI_2 };
        let (length, thick) = TRUNK;
        let trunk = Branch { from: [0.0; 2], angle, length, thick, weight: 1.0, number: 1 };
        trunk.grow(class, GENERATIONS, &mut branches);
    }
    let parts = branches.iter().flat_map(|b| (0..ALONG).map(move |i| (b, i)));
    let (mut weights, mut means, mut covs, mut labels) = (vec![], vec![], vec![], vec![]);
    for ((branch, class), i) in parts {
        let [x, y] = branch.dir();
        let along = (0.5 * branch.length / ALONG as f64).powi(2);
        let across = branch.thick.powi(2);
        let xy = (along - across) * x * y;
        weights.push(branch.weight * branch.length);
        means.extend(branch.at((i as f64 + 0.5) / ALONG as f64));
        covs.push(array![
            [along * x * x + across * y * y, xy],
            [xy, along * y * y + across * x * x]
        ]);
        labels.push(*class);
    }
    let means = Array2::from_shape_vec((weights.len(), 2), means).expect("two numbers for each");
    Mixture::new(weights, means, covs, labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_of_seven_generations_has_127_branches_and_two_trees_are_two_classes() {
        let mixture = tree().unwrap();
        assert_eq!(mixture.weights().len(), 2 * 127 * ALONG);
        assert_eq!(mixture.labels().iter().filter(|l| **l == 1).count(), 127 * ALONG);
        let [up, down] = [0, 1].map(|c| mixture.given(c));
        assert!(up.means().column(1).iter().all(|y| *y > 0.0), "a crown grows up");
        assert!(down.means().column(1).iter().all(|y| *y < 0.0), "roots grow down");
        assert_eq!(mixture.means(), tree().unwrap().means(), "the tree is always the same");
        let mirrored = |k: usize| [up.means()[[k, 0]], -up.means()[[k, 1]]];
        assert!((8..20).all(|k| down.means().row(k).to_vec() != mirrored(k)), "two trees, not one");
    }

    #[test]
    fn children_begin_where_their_parent_ends_and_are_thinner() {
        let trunk =
            Branch { from: [0.0; 2], angle: 1.0, length: 2.0, thick: 0.1, weight: 1.0, number: 1 };
        let mut all = vec![];
        trunk.grow(0, 3, &mut all);
        assert_eq!(all.len(), 7);
        for (branch, _) in &all[1..] {
            let (parent, _) = all.iter().find(|(b, _)| b.number == branch.number / 2).unwrap();
            assert_eq!(branch.from, parent.at(1.0));
            assert!((branch.thick / parent.thick - THINNER).abs() < 1e-12);
        }
    }

    #[test]
    fn the_components_lie_along_their_branch() {
        let mixture = tree().unwrap();
        // the trunk is upright, its first component a quarter of it: half that is one sd along, its thickness one across
        let cov = &mixture.covs()[0];
        let along = TRUNK.0 / ALONG as f64 / 2.0;
        assert!((cov[[1, 1]] - along * along).abs() < 1e-12 && cov[[0, 1]].abs() < 1e-12);
        assert!((cov[[0, 0]] - TRUNK.1 * TRUNK.1).abs() < 1e-12);
    }
}
