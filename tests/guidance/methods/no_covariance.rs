//! TMPD along a score that was learned, whose Jacobian is of no covariance.

use super::*;
use crate::common::{assert_law, max_abs, normals};
use ndarray::{ArrayView2, array};
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;

/// A score whose denoiser is linear, D(x) = M·x, with an M that is of no covariance.
struct Linear(Array2<f64>);

impl ScoreFn for Linear {
    fn dim(&self) -> usize {
        2
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        (x.dot(&self.0.t()) * level.alpha - x) / level.sigma.powi(2)
    }
}

#[test]
fn tmpd_pulls_nothing_along_a_direction_in_which_a_learned_score_has_no_doubt() {
    let m = array![[0.5, 0.3], [-0.3, -0.4]]; // taken symmetric diag(½, −0.4)
    let (level, x) = (NoiseLevel { alpha: 0.6, sigma: 0.8 }, normals(20, 2));
    let lambda = level.sigma.powi(2) / level.alpha * m[[0, 0]];
    let push = |observation: Observation| {
        let (score, observation): (Score, _) = (Arc::new(Linear(m.clone())), Arc::new(observation));
        let prior = score.score(x.view(), level);
        let parts = Parts {
            unconditional: Some(score),
            observation: Some(observation),
            ..Parts::default()
        };
        let tmpd = named("tmpd");
        let plan = build(tmpd, &parts, &Knobs::defaults(tmpd.about())).unwrap();
        plan.score().unwrap().score(x.view(), level) - prior
    };
    let miss = array![0.4, -0.7] - x.dot(&m.t());
    for tau in [0.3, 1e-3, 1e-6] {
        let found = push(Observation::point(array![0.4, -0.7], tau).unwrap());
        let along = |k: usize, doubt: f64| {
            let size = miss.slice(ndarray::s![.., k..=k]).mapv(|miss| miss / doubt);
            size.dot(&m.slice(ndarray::s![k..=k, ..]))
        };
        let law = along(0, lambda + tau * tau);
        let twin = &law + along(1, tau * tau); // as if what is below 0 were a doubt of nothing but τ
        let off = |law: &Array2<f64>| max_abs(&(&found - law)) / max_abs(law);
        assert_law(&format!("one direction of two, τ = {tau}"), off(&law), off(&twin), 1e-6);
    }
    for tau in [0.0, 0.1] {
        let known = |i| max_abs(&push(Observation::mask(&[(i, 0.4)], 2, tau).unwrap()));
        assert!(known(1) < 1e-9 && known(0) > 0.1, "{} and {}", known(1), known(0));
    }
}
