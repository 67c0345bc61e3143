//! A network that learns ordinary guidance from a teacher, at every γ of a range.

use super::joint::plain;
use crate::condition::Condition;
use crate::guidance::Gamma;
use crate::mixture::Labelled;
use crate::nn::{Mlp, MlpConfig, Net, ScoreNet, Shape, Workspace};
use crate::noise::NoiseLevel;
use crate::null_label::JointNet;
use crate::score::{ScoreFn, score_of_denoised};
use crate::train::{BlockRows, Denoising, Levels, Objective, TrainConfig, TrainStep, run};
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// A network of (x, level, y, γ) that has learned what its teacher's guided score is.
///
/// ```text
/// D(x, y, γ) = c_skip·x/α + c_out·F_η(c_in·x/α, u(γ), log-SNR, y),   u from −1 to 1 over the range of γ
/// ```
///
/// One evaluation answers for any γ of the range. The first stage of Meng et al. 2023 (2210.03142), whose w is γ − 1; the
/// second, with fewer steps, is not here. A clone shares the weights.
#[derive(Debug, Clone)]
pub struct Distilled(Arc<Student>);

#[derive(Debug)]
struct Student {
    net: ScoreNet,
    scales: (f64, f64),
}

/// Where γ lies in its range, from −1 to 1.
fn place(gamma: f64, (low, high): (f64, f64)) -> f64 {
    (2.0 * gamma - low - high) / (high - low)
}

/// Regression on the answers of a guided teacher, at the noised data.
///
/// ```text
/// L = E |F_η(x, u(γ), y) − (1 − γ)·F_θ(x, ∅) − γ·F_θ(x, y)|²/d,   γ uniform over its range
/// ```
///
/// Its least value is 0, and it has no floor: the teacher's answers are known without noise.
struct Distillation<'a> {
    denoising: Denoising<'a>,
    teacher: &'a Mlp,
    scales: (f64, f64),
}

impl Distillation<'_> {
    /// The guided answers of the teacher, row by row (rows, d), for points as the student sees them.
    fn taught(&self, w: &Workspace<Mlp>, gammas: &[f64]) -> Array2<f32> {
        let mut own = self.teacher.workspace(w.rows());
        let d = own.input.ncols();
        own.input.assign(&w.input.slice(s![.., ..d]));
        own.log_snr.clone_from(&w.log_snr);
        own.conditions.fill(Condition::None);
        self.teacher.forward(&mut own);
        let null = own.output.clone();
        own.conditions.clone_from(&w.conditions);
        self.teacher.forward(&mut own);
        let mut guided = own.output;
        for ((mut row, null), gamma) in guided.outer_iter_mut().zip(null.outer_iter()).zip(gammas) {
            row.zip_mut_with(&null, |c, u| *c = u + *gamma as f32 * (*c - u));
        }
        guided
    }
}

impl Objective<Mlp> for Distillation<'_> {
    fn block(
        &self,
        net: &Mlp,
        w: &mut Workspace<Mlp>,
        rng: &mut ChaCha8Rng,
        rows: BlockRows,
    ) -> f64 {
        let points = self.denoising.draw(w, rng, rows);
        let (low, high) = self.scales;
        let gammas: Vec<f64> =
            points.iter().map(|_| low + (high - low) * rng.random::<f64>()).collect();
        let d = w.output.ncols();
        for (row, (point, gamma)) in points.iter().zip(&gammas).enumerate() {
            w.input[[row, d]] = place(*gamma, self.scales) as f32;
            w.conditions[row] = Condition::Class(self.denoising.data.y[*point]);
        }
        let taught = self.taught(w, &gammas);
        w.target.assign(&taught);
        self.denoising.answer(net, w, rows)
    }
}

impl Distilled {
    /// Learns from a joint network for γ of this range, to its end, and reports every step to `progress`.
    ///
    /// # Errors
    /// If the range is not one of finite numbers from a smaller to a larger one, as [`TrainConfig::validated`], the data has a label
    /// that the teacher does not know, the teacher has a spread for each coordinate, or training diverges.
    pub fn train(
        teacher: &JointNet,
        data: &Labelled,
        (scales, levels): ((f64, f64), Levels),
        config: TrainConfig,
        progress: &mut dyn FnMut(TrainStep),
    ) -> Result<Distilled> {
        if !(scales.0 < scales.1 && scales.0.is_finite() && scales.1.is_finite()) {
            let value = format!("from {} to {}", scales.0, scales.1);
            return Err(Error::value("the range of γ", value, "from a smaller to a larger number"));
        }
        teacher.objective(data, levels, 0.0)?;
        let denoising = plain(&teacher.net, data, levels)?;
        let Denoising { target, sigma_data, .. } = denoising;
        let shape = &teacher.network().config;
        let wider = MlpConfig { inputs: shape.inputs + 1, ..shape.clone() };
        let student = Mlp::new(wider, config.seed)?;
        let objective = Distillation { denoising, teacher: teacher.network(), scales };
        let network = run(student, &objective, config, progress)?;
        let net = ScoreNet::of(network, target, sigma_data);
        Ok(Distilled(Arc::new(Student { net, scales })))
    }

    /// s_γ for a class.
    ///
    /// # Errors
    /// If there is no such class, or γ is outside the range that was learned.
    pub fn guided(&self, class: usize, gamma: Gamma) -> Result<DistilledScore> {
        let Student { net, scales: (low, high) } = &*self.0;
        net.network.config.takes(&Condition::Class(class))?;
        if !(*low..=*high).contains(&gamma.value()) {
            let must = format!("from {low} to {high}, which was learned");
            return Err(Error::value("γ", gamma.value(), must));
        }
        Ok(DistilledScore { student: self.0.clone(), class, gamma: gamma.value() })
    }
}

/// A [`Distilled`] network bound to a class and a γ. The score is not defined at σ = 0.
#[derive(Debug, Clone)]
pub struct DistilledScore {
    student: Arc<Student>,
    class: usize,
    gamma: f64,
}

impl ScoreFn for DistilledScore {
    fn dim(&self) -> usize {
        self.student.net.network.config.outputs
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let Student { net, scales } = &*self.student;
        let (n, d) = x.dim();
        // the network sees c_in·x/α, so u goes in divided by that
        let input = net.target.coefficients(level.ratio(), net.sigma_data).input / level.alpha;
        let mut seen = Array2::from_elem((n, d + 1), place(self.gamma, *scales) / input);
        seen.slice_mut(s![.., ..d]).assign(&x);
        let terms = [(Condition::Class(self.class), 1.0)];
        net.blend(seen.view(), level, &terms).slice(s![.., ..d]).to_owned()
    }
}
