//! Exercise 14: what a network that had learned its images by heart would answer.

use super::exercise::{Exercise, Mistake};
use super::problem::ImageProblem;
use ndarray::{Array1, Array2, ArrayView1};
use scorelab::mixture::Empirical;
use scorelab::score::ScoreFn;
use scorelab_figures::plot::Text;

/// 14: E[x₀ | x_t] of a finite set of images.
pub(super) fn memory(p: &ImageProblem) -> Exercise {
    let (alpha, variance) = (p.level.alpha, p.level.sigma * p.level.sigma);
    let exact = Empirical::new(p.images.clone()).expect("images are finite");
    let even = 1.0 / p.images.nrows() as f64;
    Exercise {
        notebook: 8,
        question: Text::new(
            "the image that a perfect memory predicts",
            "ảnh mà một trí nhớ hoàn hảo dự đoán",
        ),
        right: exact.denoised(p.x.view(), p.level).into(),
        start: Text::new(
            "wᵢ ∝ exp(−|x − α·xᵢ|²/2σ²), which sum to one over the images",
            "wᵢ ∝ exp(−|x − α·xᵢ|²/2σ²), có tổng trên các ảnh bằng một",
        ),
        mistakes: vec![
            Mistake::new(
                mixed(p, alpha, |square| softmax(&square, variance)),
                "the 2 of 2σ² is missing: the weights are squared, and so too sharp",
                "thiếu số 2 trong 2σ²: các trọng số bị bình phương và quá chắc chắn",
            ),
            Mistake::new(
                mixed(p, 1.0, |square| softmax(&square, 2.0 * variance)),
                "the images were not scaled: x_t lies around α·xᵢ, not around xᵢ",
                "chưa co các ảnh: x_t nằm quanh α·xᵢ chứ không phải quanh xᵢ",
            ),
            Mistake::new(
                mixed(p, alpha, |square| {
                    let least = least(&square);
                    square.mapv(|s| f64::from(u8::from(s == least)))
                }),
                "only the nearest image: that is the limit σ → 0",
                "chỉ có ảnh gần nhất: đó là giới hạn σ → 0",
            ),
            Mistake::new(
                mixed(p, alpha, |square| Array1::from_elem(square.len(), even)),
                "every image has the same weight: that is the limit σ → ∞",
                "mọi ảnh có trọng số như nhau: đó là giới hạn σ → ∞",
            ),
            Mistake::new(
                mixed(p, alpha, |square| square.mapv(|s| (-s / (2.0 * variance)).exp())),
                "the weights do not sum to one",
                "các trọng số không có tổng bằng một",
            ),
        ],
    }
}

/// The images, weighted by `weigh` of the squared distances of one x_t from all α·xᵢ.
fn mixed(p: &ImageProblem, alpha: f64, weigh: impl Fn(Array1<f64>) -> Array1<f64>) -> Array2<f64> {
    let one = |x: ArrayView1<f64>| {
        let square = |image: ArrayView1<f64>| (&x - &(&image * alpha)).mapv(|v| v * v).sum();
        weigh(p.images.outer_iter().map(square).collect()).dot(&p.images)
    };
    let rows: Vec<Array1<f64>> = p.x.outer_iter().map(one).collect();
    Array2::from_shape_fn(p.x.raw_dim(), |(i, j)| rows[i][j])
}

fn least(square: &Array1<f64>) -> f64 {
    square.fold(f64::INFINITY, |a, b| a.min(*b))
}

/// wᵢ ∝ exp(−sᵢ/scale).
fn softmax(square: &Array1<f64>, scale: f64) -> Array1<f64> {
    let w = (square - least(square)).mapv(|s| (-s / scale).exp());
    &w / w.sum()
}
