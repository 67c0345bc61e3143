//! Mistakes that can be made wherever the scene is noised: a mean that was not scaled, a covariance without the noise, or one
//! class taken for all.

use super::answer::Answer;
use super::exercise::Mistake;
use super::problem::Problem;
use ndarray::Array2;
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab_figures::plot::Text;

/// The scene at a level whose means are multiplied by `scale` and whose covariances are a·C + b·I.
fn at(mixture: &Mixture, scale: f64, [a, b]: [f64; 2]) -> Mixture {
    let covs = mixture.covs().iter().map(|c| c * a + Array2::<f64>::eye(c.nrows()) * b);
    let (weights, labels) = (mixture.weights().to_vec(), mixture.labels().to_vec());
    Mixture::new(weights, &mixture.means() * scale, covs.collect(), labels)
        .expect("a mixture, and covariances that stay positive")
}

/// What comes out with each of these slips in p_t, computed as the right answer is.
pub(super) fn of_the_level(
    p: &Problem,
    answer: impl Fn(&Mixture, NoiseLevel) -> Answer,
) -> Vec<Mistake> {
    let NoiseLevel { alpha, sigma } = p.level;
    let (signal, noise) = (alpha * alpha, sigma * sigma);
    let none = NoiseLevel::ve(0.0); // the level is in the mixture already
    let slip =
        |scale, cov, en, vi| Mistake::new(answer(&at(&p.scene.mixture, scale, cov), none), en, vi);
    vec![
        slip(
            1.0,
            [signal, noise],
            "the means were not scaled: at this level they lie at α·μ, not at μ",
            "chưa co các trung bình: ở mức nhiễu này chúng nằm tại α·μ chứ không phải μ",
        ),
        slip(
            alpha,
            [signal, 0.0],
            "the noise is missing in the covariance: it is α²C + σ²I, and this is α²C",
            "hiệp phương sai thiếu nhiễu: phải là α²C + σ²I, còn đây là α²C",
        ),
        slip(
            alpha,
            [1.0, noise],
            "the covariance was not scaled: it is α²C + σ²I, and this is C + σ²I",
            "chưa co hiệp phương sai: phải là α²C + σ²I, còn đây là C + σ²I",
        ),
        slip(
            alpha,
            [signal, sigma],
            "σ was added to the covariance, where σ² belongs: α²C + σ²I",
            "đã cộng σ vào hiệp phương sai ở chỗ cần σ²: α²C + σ²I",
        ),
    ]
}

/// What comes out where a class stands for the whole mixture, for each class.
pub(super) fn of_one_class(p: &Problem, answer: impl Fn(&Mixture) -> Answer) -> Vec<Mistake> {
    let one = |(class, name): (usize, &scorelab::data::ClassName)| Mistake {
        answer: answer(&p.scene.mixture.given(class)),
        hint: Text::from((
            format!(
                "this is what the class {} alone gives: the mixture has all classes, with their weights",
                name.en
            ),
            format!(
                "đây là kết quả của riêng lớp {}: hỗn hợp gồm mọi lớp, với trọng số của chúng",
                name.vi
            ),
        )),
    };
    p.scene.class_names.iter().enumerate().map(one).collect()
}
