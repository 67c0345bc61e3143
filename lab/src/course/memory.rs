//! Exercises 14 and 15: what a network that had learned its images by heart would answer, and the score of one's own points.

use super::exercise::{Exercise, Mistake};
use super::problem::{ImageProblem, PointProblem};
use ndarray::{Array1, Array2, ArrayView1};
use scorelab::mixture::Empirical;
use scorelab::score::ScoreFn;
use scorelab_figures::plot::Text;

/// 14: E[x₀ | x_t] of a finite set of images.
pub(super) fn memory(p: &ImageProblem) -> Exercise {
    let (alpha, variance) = (p.level.alpha, p.level.sigma * p.level.sigma);
    let exact = Empirical::new(p.images.clone()).expect("images are finite");
    let even = 1.0 / p.images.nrows() as f64;
    let images = |alpha: f64, weigh: &dyn Fn(Array1<f64>) -> Array1<f64>| {
        mixed(&p.images, &p.x, alpha, weigh)
    };
    Exercise {
        notebook: 8,
        title: Text::new(
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
                images(alpha, &|square| softmax(&square, variance)),
                "the 2 of 2σ² is missing: the weights are squared, and so too sharp",
                "thiếu số 2 trong 2σ²: các trọng số bị bình phương và quá chắc chắn",
            ),
            Mistake::new(
                images(1.0, &|square| softmax(&square, 2.0 * variance)),
                "the images were not scaled: x_t lies around α·xᵢ, not around xᵢ",
                "chưa co các ảnh: x_t nằm quanh α·xᵢ chứ không phải quanh xᵢ",
            ),
            Mistake::new(
                images(alpha, &|square| {
                    let least = least(&square);
                    square.mapv(|s| f64::from(u8::from(s == least)))
                }),
                "only the nearest image: that is the limit σ → 0",
                "chỉ có ảnh gần nhất: đó là giới hạn σ → 0",
            ),
            Mistake::new(
                images(alpha, &|square| Array1::from_elem(square.len(), even)),
                "every image has the same weight: that is the limit σ → ∞",
                "mọi ảnh có trọng số như nhau: đó là giới hạn σ → ∞",
            ),
            Mistake::new(
                images(alpha, &|square| square.mapv(|s| (-s / (2.0 * variance)).exp())),
                "the weights do not sum to one",
                "các trọng số không có tổng bằng một",
            ),
        ],
    }
}

/// 15: ∇ₓ log p_t of a Gaussian of standard deviation h at each of a student's points.
pub(super) fn own_points(p: &PointProblem) -> Exercise {
    let exact = p.scene().mixture;
    let (alpha, sigma, h) = (p.level.alpha, p.level.sigma, p.h);
    let variance = (alpha * h).powi(2) + sigma * sigma;
    let s = exact.score(p.x.view(), p.level);
    Exercise {
        notebook: 9,
        title: Text::new("the score of your own points", "score của các điểm của riêng bạn"),
        start: Text::new(
            "v = α²h² + σ²; then Σᵢ wᵢ·(α·xᵢ − x)/v with wᵢ ∝ exp(−|x − α·xᵢ|²/2v)",
            "v = α²h² + σ²; rồi Σᵢ wᵢ·(α·xᵢ − x)/v với wᵢ ∝ exp(−|x − α·xᵢ|²/2v)",
        ),
        mistakes: vec![
            Mistake::new(
                pulled(p, alpha, sigma * sigma),
                "h is missing: this is the score of points without width, which leads back to one of them",
                "thiếu h: đây là score của các điểm không có bề rộng, nó dẫn về đúng một trong các điểm ấy",
            ),
            Mistake::new(
                pulled(p, alpha, h * h),
                "σ² is missing: noise widens every Gaussian",
                "thiếu σ²: nhiễu làm mọi phân phối Gauss rộng ra",
            ),
            Mistake::new(
                pulled(p, alpha, h * h + sigma * sigma),
                "h was not scaled: α scales the points and so their width, α²h²",
                "chưa co h: α co các điểm nên co cả bề rộng của chúng, thành α²h²",
            ),
            Mistake::new(
                pulled(p, alpha, alpha * h + sigma),
                "standard deviations were added: it is their squares that add",
                "đã cộng các độ lệch chuẩn: phải cộng bình phương của chúng",
            ),
            Mistake::new(
                pulled(p, 1.0, variance),
                "the points were not scaled: at this level each Gaussian lies at α·xᵢ",
                "chưa co các điểm: ở mức nhiễu này mỗi phân phối Gauss nằm tại α·xᵢ",
            ),
            Mistake::new(
                &s * variance,
                "the division by v is missing: this is the mean pull, in units of x",
                "thiếu phép chia cho v: đây là lực kéo trung bình, theo đơn vị của x",
            ),
            Mistake::new(
                -&s,
                "it points away from the data: the pull is α·xᵢ − x",
                "nó chỉ ra xa dữ liệu: lực kéo là α·xᵢ − x",
            ),
        ],
        right: s.into(),
    }
}

/// Σᵢ wᵢ·(α·xᵢ − x)/v with wᵢ ∝ exp(−|x − α·xᵢ|²/2v), of each x.
fn pulled(p: &PointProblem, alpha: f64, v: f64) -> Array2<f64> {
    let mean = mixed(&p.points.x, &p.x, alpha, |square| softmax(&square, 2.0 * v));
    (mean * alpha - &p.x) / v
}

/// The points, weighted by `weigh` of the squared distances of each x from all α·xᵢ.
fn mixed(
    points: &Array2<f64>,
    x: &Array2<f64>,
    alpha: f64,
    weigh: impl Fn(Array1<f64>) -> Array1<f64>,
) -> Array2<f64> {
    let one = |x: ArrayView1<f64>| {
        let square = |point: ArrayView1<f64>| (&x - &(&point * alpha)).mapv(|v| v * v).sum();
        weigh(points.outer_iter().map(square).collect()).dot(points)
    };
    let rows: Vec<Array1<f64>> = x.outer_iter().map(one).collect();
    Array2::from_shape_fn(x.raw_dim(), |(i, j)| rows[i][j])
}

fn least(square: &Array1<f64>) -> f64 {
    square.fold(f64::INFINITY, |a, b| a.min(*b))
}

/// wᵢ ∝ exp(−sᵢ/scale).
fn softmax(square: &Array1<f64>, scale: f64) -> Array1<f64> {
    let w = (square - least(square)).mapv(|s| (-s / scale).exp());
    &w / w.sum()
}
