//! Which changes of the data go through a method: a shift, a rotation, a scaling.

use super::*;
use crate::common::{cases, max_abs};
use ndarray::array;

/// x → scale·R·x + shift, of the data and of points.
struct Change {
    scale: f64,
    turn: f64,
    shift: [f64; 2],
}

impl Change {
    fn matrix(&self) -> Array2<f64> {
        let (sin, cos) = self.turn.sin_cos();
        array![[cos, -sin], [sin, cos]] * self.scale
    }

    fn points(&self, x: &Array2<f64>) -> Array2<f64> {
        x.dot(&self.matrix().t()) + array![self.shift[0], self.shift[1]]
    }

    fn mixture(&self, mixture: &Mixture) -> Mixture {
        let m = self.matrix();
        let turned = |c: &Array2<f64>| {
            let c = m.dot(c).dot(&m.t());
            (&c + &c.t()) * 0.5
        };
        Mixture::new(
            mixture.weights().to_vec(),
            self.points(&mixture.means().to_owned()),
            mixture.covs().iter().map(turned).collect(),
            mixture.labels().to_vec(),
        )
        .unwrap()
    }

    /// How far the ends of the changed walk are from the changed ends.
    fn off(&self, method: &dyn Method) -> f64 {
        let (f7, course) = (cases::f7(), Course::new(2, 16));
        let knobs = Knobs::defaults(method.about());
        let own = sampler_of(method);
        let plain = build(method, &parts(&f7), &knobs).unwrap();
        let expected = self.points(&course.ends(&plain, &own));
        let changed = parts_with(&self.mixture(&f7), 0.5 * self.scale);
        let plan = build(method, &changed, &knobs).unwrap();
        let Process::Ve { sigma_min, sigma_max } = course.process else { unreachable!() };
        let (sigma_min, sigma_max) = (sigma_min * self.scale, sigma_max * self.scale);
        let process = Process::Ve { sigma_min, sigma_max };
        let start = self.points(&course.start);
        let run = Run { process: &process, start: start.view(), ..course.run() };
        max_abs(&(plan.walk(&own, run) - expected)) / self.scale
    }
}

/// Whether a shift, a rotation and a scaling go through, derived from the formula: a projection knows the origin, a
/// coordinate the axes, and a level, a bound or a straight-line flow the unit. What draws noise draws it along the axes, and is
/// not here.
const TABLE: &[(&str, [bool; 3])] = &[
    ("unconditional", [true, true, true]),
    ("conditional", [true, true, true]),
    ("classifier", [true, true, true]),
    ("classifier-free", [true, true, true]),
    ("interval", [true, true, false]),
    ("linear", [true, true, false]),
    ("cosine", [true, true, false]),
    ("beta", [true, true, false]),
    ("autoguidance", [true, true, true]),
    ("and", [true, true, true]),
    ("or", [true, true, true]),
    ("characteristic", [true, true, true]),
    ("feedback", [true, true, true]),
    ("cfg++", [true, true, true]),
    ("apg", [false, true, true]),
    ("apg-momentum", [false, true, true]),
    ("zero-star", [false, true, false]),
    ("tag", [false, true, true]),
    ("rescale", [true, false, true]),
    ("dynamic-threshold", [false, false, false]),
    ("momentum", [true, true, false]),
    ("frequency-decoupled", [true, false, true]),
    ("rectified-cfg++", [true, true, false]),
    ("independent", [true, true, true]),
    ("cads", [true, true, false]),
    ("temporal-rescaling", [true, true, false]),
];

#[test]
fn what_goes_through_a_method_is_what_its_formula_says() {
    let changes = [
        Change { scale: 1.0, turn: 0.0, shift: [0.7, -0.4] },
        Change { scale: 1.0, turn: 0.8, shift: [0.0, 0.0] },
        Change { scale: 2.5, turn: 0.0, shift: [0.0, 0.0] },
    ];
    for (name, expected) in TABLE {
        for (change, goes_through) in changes.iter().zip(expected) {
            let found = change.off(named(name));
            let [shift, turn, scale] = [change.shift[0], change.turn, change.scale];
            let place = format!("{name}: shift {shift}, turn {turn}, scale {scale}: {found:.1e}");
            assert_eq!(found < 1e-8, *goes_through, "{place}");
            assert!(found.is_finite() && !(1e-8..=1e-4).contains(&found), "{place}");
        }
    }
}
