//! The network of the experiments on images that is trained with a mask for every image, and with none.

use super::images::ImageExperiment;
use crate::interrupt::{CtrlC, interrupted, listen};
use crate::known_pixels::KnownPixels;
use crate::watch::Progress;
use rand::Rng;
use rand::seq::index;
use rayon::prelude::*;
use scorelab::Result;
use scorelab::checkpoint::{Checkpoint, Model, Recipe, Trained};
use scorelab::data::{Principal, View};
use scorelab::mixture::Labelled;
use scorelab::nn::Observing;
use scorelab::null_label::{ConditionOf, JointNet};
use scorelab::rng::{Purpose, stream};
use scorelab::training_loop::{Examples, learn_observed};

/// The halves and the quarters of an image, the masks of a third of the images in training.
const PARTS: usize = 8;
/// Masks of scattered pixels, those of the others; so many that none is learned by heart.
const SCATTERED: usize = 256;

impl ImageExperiment {
    /// The training images along principal components, and τ, the root mean square of a pixel off them.
    pub fn along(&self, components: &Principal) -> (Labelled, f64) {
        let points = self.training.labelled();
        let x = components.coordinates(points.x.view());
        let off = points.x - components.points(x.view());
        let square = off.iter().map(|v| v * v).sum::<f64>() / off.len() as f64;
        (Labelled { x, y: points.y }, square.sqrt())
    }

    /// The network that is told what is known of an image, or nothing: that of an earlier run with these settings, or of a training as
    /// long as the joint network's, at `--quick` a tenth of it, which is kept.
    ///
    /// # Errors
    /// If training diverges, or a file cannot be written.
    pub fn told_network(
        &mut self,
        components: &Principal,
        (seen, tau): (&Labelled, f64),
    ) -> Result<JointNet<Observing>> {
        let mut recipe = self.recipes()[0].clone();
        recipe.train.steps = self.size(recipe.train.steps, recipe.train.steps / 10);
        let file = self.network_file("masks");
        let mut trained = Trained::here(self.training_data(), None);
        let settings = serde_json::to_string(&recipe).expect("a recipe is numbers and words");
        trained.notes.insert("trained with masks".into(), settings);
        if let Ok(found) = Checkpoint::<Observing>::load_as(&file)
            && found.trained == trained
            && let Model::Joint(net) = found.model
        {
            return Ok(net);
        }
        listen()?;
        let net = self.learn_masks(&recipe, components, (seen, tau))?;
        if interrupted() {
            self.stopped_early();
            return Ok(net);
        }
        let mut checkpoint = Checkpoint::new(Model::Joint(net.clone()), trained);
        checkpoint.view = View::Principal(components.clone());
        checkpoint.save(&file)?;
        self.keep(vec![file]);
        Ok(net)
    }

    fn learn_masks(
        &self,
        recipe: &Recipe,
        components: &Principal,
        (seen, tau): (&Labelled, f64),
    ) -> Result<JointNet<Observing>> {
        let known = |pixels| KnownPixels::new(pixels, components, tau);
        let masks = masks((self.training.height, self.training.width), recipe.train.seed);
        let masks: Vec<KnownPixels> = masks.into_par_iter().map(known).collect::<Result<_>>()?;
        let images = self.training.labelled().x;
        let (parts, scattered) = masks.split_at(PARTS);
        let of: &ConditionOf = &|i, rng| {
            let some = if rng.random_range(0..3) == 0 { parts } else { scattered };
            some[rng.random_range(0..some.len())].of(images.row(i)).into()
        };
        let (sigma_data, spread) = (components.sigma_data(), &components.widths()[..]);
        let examples = Examples { points: seen, classes: self.classes(), sigma_data, spread };
        let mut bar = Progress::new("training the network with masks", 0, recipe.train.steps);
        let ended = learn_observed(recipe, examples, of, &mut [&mut bar, &mut CtrlC])?;
        let Model::Joint(net) = ended.model else { unreachable!("a joint network is learned") };
        Ok(net)
    }
}

/// The pixels of each mask that a training draws from: halves, quarters and scattered pixels, from few to many.
fn masks((height, width): (usize, usize), seed: u64) -> Vec<Vec<usize>> {
    let all = height * width;
    let those = |is: &dyn Fn(bool, bool) -> bool| -> Vec<usize> {
        (0..all).filter(|i| is(i / width < height / 2, i % width < width / 2)).collect()
    };
    let mut masks: Vec<Vec<usize>> = vec![
        those(&|upper, _| upper),
        those(&|upper, _| !upper),
        those(&|_, left| left),
        those(&|_, left| !left),
    ];
    for corner in [(true, true), (true, false), (false, true), (false, false)] {
        masks.push(those(&|upper, left| (upper, left) == corner));
    }
    for k in 0..SCATTERED {
        let share = 0.01 * 50.0f64.powf(k as f64 / (SCATTERED - 1) as f64); // from a hundredth to a half
        let many = ((share * all as f64) as usize).max(1);
        let mut rng = stream(seed, Purpose::Permutation, 3, k as u64);
        let mut pixels = index::sample(&mut rng, all, many).into_vec();
        pixels.sort_unstable();
        masks.push(pixels);
    }
    masks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_halves_quarters_and_ever_more_pixels_none_twice() {
        let masks = masks((28, 28), 3);
        assert_eq!(masks.len(), PARTS + SCATTERED);
        assert!(masks[..4].iter().all(|half| half.len() == 392));
        assert!(masks[4..8].iter().all(|quarter| quarter.len() == 196));
        let scattered: Vec<usize> = masks[PARTS..].iter().map(Vec::len).collect();
        assert_eq!((scattered[0], scattered[SCATTERED - 1]), (7, 392));
        assert!(scattered.windows(2).all(|w| w[0] <= w[1]), "{scattered:?}");
        assert!(
            masks
                .iter()
                .all(|mask| mask.windows(2).all(|w| w[0] < w[1]) && mask[mask.len() - 1] < 784)
        );
        assert!(masks[1].iter().all(|pixel| *pixel >= 14 * 28), "the lower half");
    }
}
