//! A joint network whose conditional answer is the guided one.

use super::Rule;
use crate::condition::Condition;
use crate::mixture::Labelled;
use crate::nn::{Mlp, Net, ScoreNet, Workspace};
use crate::null_label::JointNet;
use crate::train::{BlockRows, Denoising, Levels, Objective, TrainConfig, TrainStep, run};
use crate::{Error, Result};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Joint denoising score matching in which a row that keeps its label is taught by a [`Rule`].
///
/// ```text
/// L = E |miss|²/d,   miss of the rule under y, F(x, ∅) − target under ∅, which a row has with probability p_drop
/// ```
///
/// The unconditional answers that a rule needs are those of the network itself at the same step, by a second pass forward.
struct GuidedDenoising<'a> {
    denoising: Denoising<'a>,
    p_drop: f64,
    rule: Rule,
}

impl Objective<Mlp> for GuidedDenoising<'_> {
    fn block(
        &self,
        net: &Mlp,
        w: &mut Workspace<Mlp>,
        rng: &mut ChaCha8Rng,
        rows: BlockRows,
    ) -> f64 {
        let points = self.denoising.draw(w, rng, rows);
        w.conditions.fill(Condition::None);
        net.forward(w);
        let null = w.output.clone();
        for (condition, point) in w.conditions.iter_mut().zip(points) {
            if rng.random::<f64>() >= self.p_drop {
                *condition = Condition::Class(self.denoising.data.y[point]);
            }
        }
        net.forward(w);
        let scale = 1.0 / (rows.batch * net.config.outputs) as f64;
        let mut loss = 0.0;
        let answers = w.output.outer_iter().zip(w.target.outer_iter()).zip(null.outer_iter());
        let rows = w.d_output.outer_iter_mut().zip(answers).zip(&w.conditions);
        for ((mut d, ((answer, target), null)), condition) in rows {
            for (((d, f), target), null) in d.iter_mut().zip(answer).zip(target).zip(null) {
                let [f, target, null] = [*f, *target, *null].map(f64::from);
                let (miss, slope) = match condition {
                    Condition::None => (f - target, 1.0),
                    _ => self.rule.miss(f, null, target),
                };
                loss += miss * miss;
                *d = (2.0 * miss * slope * scale) as f32;
            }
        }
        loss * scale
    }
}

/// Trains a joint network whose score under a class is that of ordinary guidance at the rule's γ, to its end, and reports every
/// step to `progress`.
///
/// The trained network's [`JointNet::given`] is then s_γ at one evaluation; its [`JointNet::unconditional`] is s_u.
///
/// # Errors
/// As [`Rule::validated`] and [`TrainConfig::validated`], if `p_drop` is not between 0 and 1, the data has a label that the network
/// does not know, the network has a spread for each coordinate, or training diverges.
pub fn train_guided(
    net: JointNet,
    data: &Labelled,
    (rule, levels, p_drop): (Rule, Levels, f64),
    config: TrainConfig,
    progress: &mut dyn FnMut(TrainStep),
) -> Result<JointNet> {
    net.objective(data, levels, p_drop)?; // refuses what plain training refuses
    let denoising = plain(&net.net, data, levels)?;
    let objective = GuidedDenoising { denoising, p_drop, rule: rule.validated()? };
    let trained = run(net.network().clone(), &objective, config, progress)?;
    Ok(net.with_weights(trained))
}

/// What a network without a spread for each coordinate is trained to do without guidance.
///
/// # Errors
/// If it has one.
pub(super) fn plain<'a>(
    net: &ScoreNet,
    data: &'a Labelled,
    levels: Levels,
) -> Result<Denoising<'a>> {
    if !net.spread.is_empty() {
        let must = "one for all coordinates where guidance is learned";
        return Err(Error::value("the spread of the data", "one for each coordinate", must));
    }
    let ScoreNet { target, sigma_data, .. } = *net;
    Ok(Denoising { data, target, sigma_data, spread: &[], levels })
}
