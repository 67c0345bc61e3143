//! The denoiser of components that are alike and round is attention to them.

use crate::common::textbook::Behind;
use crate::common::{assert_law, max_abs, normals, points, worst};
use ndarray::{Array1, Array2, array, s};
use scorelab::mixture::{Attention, Mixture, plain};
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;

/// Five tokens in so many coordinates, not equally probable, no two equally far from 0.
fn tokens(dim: usize) -> Mixture {
    let means = normals(5, dim) * 1.5;
    let weights = vec![0.1, 0.3, 0.25, 0.05, 0.3];
    Mixture::isotropic(weights, means, &[0.4; 5], vec![0, 1, 0, 2, 1]).unwrap()
}

const LEVELS: [NoiseLevel; 3] = [
    NoiseLevel { alpha: 1.0, sigma: 0.5 },
    NoiseLevel { alpha: 0.6, sigma: 0.8 },
    NoiseLevel { alpha: 1.0, sigma: 5.0 },
];

/// The posterior mean of each point, component by component (n, d).
fn means(mixture: &Mixture, x: &Array2<f64>, level: NoiseLevel) -> Array2<f64> {
    let mut means = Array2::zeros(x.raw_dim());
    for (x, mut mean) in x.outer_iter().zip(means.outer_iter_mut()) {
        mean.assign(&Behind::new(mixture, x, level).mean());
    }
    means
}

/// softmax(q·Kᵀ)·V of keys whose last column is changed.
fn attended(
    attention: &Attention,
    mixture: &Mixture,
    change: impl Fn(usize) -> f64,
) -> impl Fn(&Array2<f64>, NoiseLevel) -> Array2<f64> {
    let offsets: Array1<f64> = (0..mixture.means().nrows()).map(change).collect();
    move |x, level| {
        let mut logits = attention.queries(x.view(), level).dot(&attention.keys(level).t());
        logits += &offsets;
        for mut row in logits.outer_iter_mut() {
            let top = row.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
            row.mapv_inplace(|l| (l - top).exp());
            row /= row.sum();
        }
        let v = attention.temperature(level);
        let d = logits.dot(&attention.values()) * (level.sigma.powi(2) / v);
        d + x * (level.alpha * 0.16 / v)
    }
}

#[test]
fn attention_to_the_components_is_the_posterior_mean() {
    for dim in [1, 2, 8] {
        let mixture = tokens(dim);
        let attention = Attention::of(&mixture).unwrap();
        for level in LEVELS {
            let x = points(&mixture, level, 40, 3.0);
            let (exact, v) = (means(&mixture, &x, level), attention.temperature(level));
            let off = |d: Array2<f64>| max_abs(&(d - &exact)) / max_abs(&exact);
            let own = off(attention.denoised(x.view(), level));
            let square = |k: usize| mixture.means().row(k).mapv(|m| m * m).sum();
            let without_norm =
                attended(&attention, &mixture, |k| 0.5 * level.alpha.powi(2) * square(k) / v);
            let without_prior = attended(&attention, &mixture, |k| -mixture.weights()[k].ln());
            let place = format!("{dim} coordinates at {level:?}");
            assert_law(&format!("{place}, no −|μ|²/2"), own, off(without_norm(&x, level)), 1e-14);
            assert_law(&format!("{place}, no log π"), own, off(without_prior(&x, level)), 1e-14);
            let unchanged = off(attended(&attention, &mixture, |_| 0.0)(&x, level));
            assert!(unchanged < 1e-14, "{place}: the twins' own formula is {unchanged} off");
        }
    }
}

#[test]
fn the_weights_are_the_responsibilities_and_a_caption_masks_all_but_its_tokens() {
    let mixture = tokens(2);
    let attention = Attention::of(&mixture).unwrap();
    for level in LEVELS {
        let x = points(&mixture, level, 30, 3.0);
        let a = attention.weights(x.view(), level);
        assert!(a.sum_axis(ndarray::Axis(1)).iter().all(|sum| (sum - 1.0).abs() < 1e-14));
        let off = |a: &Array2<f64>| {
            worst(
                x.outer_iter()
                    .zip(a.outer_iter())
                    .map(|(x, a)| max_abs(&(plain::responsibilities(&mixture, x, level) - a))),
            )
        };
        assert_law("responsibilities", off(&a), off(&(&a * 1.001)), 1e-13);
        // class 1 is the tokens 1 and 4; the others get nothing, and the score is that of p(x | y)
        let masked = attention.caption(&[1, 4]).unwrap();
        let (a, given) = (masked.weights(x.view(), level), mixture.given(1));
        assert!([0, 2, 3].iter().all(|k| a.column(*k).iter().all(|a| *a == 0.0)));
        let (exact, free) = (given.score(x.view(), level), mixture.score(x.view(), level));
        let off = |s: Array2<f64>| max_abs(&(s - &exact)) / max_abs(&exact);
        assert_law("a caption", off(masked.score(x.view(), level)), off(free), 1e-12);
        let all = attention.caption(&[]).unwrap().weights(x.view(), level);
        assert_eq!(all, attention.weights(x.view(), level), "∅ is all tokens");
    }
    let wrong = attention.caption(&[5]).unwrap_err().to_string();
    assert!(wrong.contains("a token of the caption is 5") && wrong.contains("below 5"), "{wrong}");
}

#[test]
fn the_temperature_decides_between_the_nearest_token_and_the_prior() {
    let mixture = tokens(2);
    let attention = Attention::of(&mixture).unwrap();
    let x = points(&mixture, NoiseLevel::ve(0.0), 30, 1.0);
    let off = |sigma: f64| {
        let a = attention.weights(x.view(), NoiseLevel::ve(sigma));
        max_abs(&(a - &Array1::from(mixture.weights().to_vec())))
    };
    assert_law("much noise looks at all tokens as the prior does", off(1e4), off(10.0), 1e-3);
    assert_eq!(
        attention.temperature(NoiseLevel { alpha: 0.5, sigma: 0.3 }),
        0.09 + 0.25 * 0.4 * 0.4
    );
    let sharp =
        Mixture::isotropic(vec![1.0; 3], array![[0.0], [1.0], [3.0]], &[1e-3; 3], vec![0; 3]);
    let sharp = Attention::of(&sharp.unwrap()).unwrap();
    let a = sharp.weights(array![[1.2], [2.9]].view(), NoiseLevel::ve(1e-2));
    assert!((a - array![[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).iter().all(|off| off.abs() < 1e-9));
}

#[test]
fn components_that_are_not_alike_and_round_are_refused() {
    let means = array![[0.0, 0.0], [1.0, 0.0]];
    let two = |cov: Array2<f64>| {
        let round = Array2::<f64>::eye(2) * 0.16;
        Mixture::new(vec![1.0; 2], means.clone(), vec![round, cov], vec![0, 1]).unwrap()
    };
    for cov in [array![[0.16, 0.01], [0.01, 0.16]], array![[0.17, 0.0], [0.0, 0.17]]] {
        let wrong = Attention::of(&two(cov)).unwrap_err().to_string();
        assert!(
            wrong.starts_with("covariances[1]") && wrong.contains("one temperature"),
            "{wrong}"
        );
    }
    assert!(Attention::of(&two(array![[0.16, 0.0], [0.0, 0.16]])).is_ok());
}

#[test]
fn in_a_product_each_block_attends_by_itself() {
    let (digit, hat) = (
        tokens(2),
        Mixture::isotropic(vec![0.7, 0.3], array![[-1.0, 0.5], [1.0, 0.2]], &[0.4; 2], vec![0, 1])
            .unwrap(),
    );
    let both = digit.product(&hat).unwrap();
    let attention = Attention::of(&both).unwrap();
    for level in LEVELS {
        let x = points(&both, level, 20, 3.0);
        let (left, right) = (x.slice(s![.., ..2]), x.slice(s![.., 2..]));
        let [a, b] = [(&digit, left), (&hat, right)]
            .map(|(block, x)| Attention::of(block).unwrap().weights(x, level));
        let whole = attention.weights(x.view(), level);
        let off = |twin: f64| {
            let pair = |((i, t), w): ((usize, usize), &f64)| {
                (a[[i, t / 2]] * b[[i, t % 2]] * twin - w).abs()
            };
            worst(whole.indexed_iter().map(pair))
        };
        assert_law("a product of weights", off(1.0), off(1.001), 1e-13);
        // the word of one block moves no other place
        let three: Vec<usize> = (0..10).filter(|t| t / 2 == 3).collect();
        let asked = attention.caption(&three).unwrap().denoised(x.view(), level);
        let moved = asked - attention.denoised(x.view(), level);
        let largest = |from: usize| max_abs(&moved.slice(s![.., from..from + 2]).to_owned());
        assert_law("words and places", largest(2), largest(0), 1e-13);
    }
    assert_eq!((both.classes(), both.labels()[3], both.weights().len()), (6, 3, 10));
}
