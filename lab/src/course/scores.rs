//! Exercises 1 to 5: a score, what it says about the data, how sure a share is, and Bayes' rule.

use super::answer::Answer;
use super::exercise::{Exercise, Mistake};
use super::problem::Problem;
use super::slips::{of_one_class, of_the_level};
use ndarray::{Array1, Array2, Axis};
use scorelab::metrics::{Shares, Verdict};
use scorelab::noise::NoiseLevel;
use scorelab::score::{Likelihood, ScoreFn, eps};
use scorelab_figures::plot::Text;

/// Exercises 1 to 5.
pub(super) fn exercises(p: &Problem) -> Vec<Exercise> {
    vec![score(p), tweedie(p), share(), posterior(p), conditional(p)]
}

/// 1: ∇ₓ log p_t by central differences.
fn score(p: &Problem) -> Exercise {
    let (mixture, x) = (&p.scene.mixture, p.x.view());
    let s = mixture.score(x, p.level);
    let density = mixture.log_density(x, p.level).mapv(f64::exp).insert_axis(Axis(1));
    let turned = Array2::from_shape_fn(s.raw_dim(), |(i, j)| s[[i, 1 - j]]);
    Exercise {
        notebook: 0,
        title: Text::new("the score by differences", "score bằng sai phân"),
        right: Answer::from(&s),
        start: Text::new(
            "(log p_t(x + h) − log p_t(x − h))/(2h), once for each coordinate",
            "(log p_t(x + h) − log p_t(x − h))/(2h), mỗi toạ độ một lần",
        ),
        mistakes: vec![
            Mistake::new(
                -&s,
                "the sign is reversed: subtract the value at x − h from the one at x + h; the score points uphill",
                "ngược dấu: lấy x + h trước rồi trừ x − h, score chỉ về phía mật độ tăng",
            ),
            Mistake::new(
                2.0 * &s,
                "twice too large: the two points are 2h apart, not h",
                "lớn gấp đôi: hai điểm cách nhau 2h chứ không phải h",
            ),
            Mistake::new(
                &s * &density,
                "this is the gradient of p_t itself: the logarithm is missing",
                "đây là gradient của chính p_t: thiếu logarit",
            ),
            Mistake::new(
                mixture.score(x, NoiseLevel::ve(0.0)),
                "this is the score of the clean data: the noise level was forgotten",
                "đây là score của dữ liệu sạch: quên mức nhiễu",
            ),
            Mistake::new(
                turned,
                "the two coordinates are exchanged: column j is the derivative along coordinate j",
                "hai toạ độ bị đổi chỗ: cột j là đạo hàm theo toạ độ j",
            ),
        ]
        .into_iter()
        .chain(of_the_level(p, |mixture, level| mixture.score(x, level).into()))
        .chain(of_one_class(p, |class| class.score(x, p.level).into()))
        .collect(),
    }
}

/// 2: E[x₀ | x_t], by Tweedie's formula.
fn tweedie(p: &Problem) -> Exercise {
    let (s, NoiseLevel { alpha, sigma }) = (p.scene.mixture.score(p.x.view(), p.level), p.level);
    let s2 = sigma * sigma;
    let eps = eps(&p.scene.mixture, p.x.view(), p.level);
    Exercise {
        notebook: 1,
        title: Text::new("the clean image that the score predicts", "ảnh sạch mà score dự đoán"),
        right: p.scene.mixture.denoised(p.x.view(), p.level).into(),
        start: Text::new(
            "x̂₀ = (x + σ²·s)/α, with α = level.alpha and σ = level.sigma",
            "x̂₀ = (x + σ²·s)/α, với α = level.alpha và σ = level.sigma",
        ),
        mistakes: vec![
            Mistake::new(
                (&p.x + &(&s * sigma)) / alpha,
                "σ stands where σ² belongs",
                "dùng σ ở chỗ cần σ²",
            ),
            Mistake::new(
                (&p.x + &s) / alpha,
                "the factor σ² before the score is missing",
                "thiếu thừa số σ² trước score",
            ),
            Mistake::new(&p.x + &(&s * s2), "α is missing: this is α·x̂₀", "quên α: đây là α·x̂₀"),
            Mistake::new(
                (&p.x - &(&s * s2)) / alpha,
                "wrong sign: to remove noise is to go along the score, not against it",
                "sai dấu: khử nhiễu là đi theo score, không phải đi ngược lại",
            ),
            Mistake::new(
                (&p.x + &(&eps * s2)) / alpha,
                "the predicted noise ε was taken for the score; they differ by the factor −σ",
                "lấy nhiễu dự đoán ε thay cho score; hai thứ khác nhau thừa số −σ",
            ),
            Mistake::new(
                &p.x / alpha,
                "the score is missing: x/α only undoes the scaling",
                "không có score trong đó: x/α chỉ bỏ phép co giãn",
            ),
        ]
        .into_iter()
        .chain(of_one_class(p, |class| class.denoised(p.x.view(), p.level).into()))
        .collect(),
    }
}

/// 3: the standard error of a share of one quarter among 6,000 samples.
fn share() -> Exercise {
    let (n, p) = (6000, 0.25);
    let quarter =
        Shares { n, target: p, other: 1.0 - p, hybrid: 0.0, overshoot: 0.0, not_finite: 0.0 };
    let n = n as f64;
    Exercise {
        notebook: 1,
        title: Text::new("the standard error of a share", "sai số chuẩn của một tỉ lệ"),
        right: quarter.se(Verdict::Target).into(),
        start: Text::new(
            "√(p(1 − p)/n), with p = 0.25 and n = 6000",
            "√(p(1 − p)/n), với p = 0.25 và n = 6000",
        ),
        mistakes: vec![
            Mistake::new(
                p * (1.0 - p) / n,
                "this is the variance of the share: the root is missing",
                "đây là phương sai của tỉ lệ: thiếu căn bậc hai",
            ),
            Mistake::new(
                (p * (1.0 - p)).sqrt(),
                "this is the scatter of one sample: divide by n under the root",
                "đây là độ tản của một mẫu: còn phải chia cho n trong căn",
            ),
            Mistake::new(
                (p / n).sqrt(),
                "1 − p is missing under the root: a share of 1 has no scatter",
                "thiếu 1 − p trong căn: tỉ lệ bằng 1 thì không dao động",
            ),
            Mistake::new(
                (p * (1.0 - p)).sqrt() / n,
                "n belongs under the root: four times the samples halve the error, no more",
                "n phải nằm trong căn: gấp bốn số mẫu chỉ giảm sai số một nửa",
            ),
        ],
    }
}

/// 4: log p(y | x_t) by Bayes' rule for densities.
fn posterior(p: &Problem) -> Exercise {
    let (mixture, x) = (&p.scene.mixture, p.x.view());
    let given: Array1<f64> = mixture.given(p.class).log_density(x, p.level);
    let all: Array1<f64> = mixture.log_density(x, p.level);
    let prior = mixture.class_weights()[p.class];
    let right = mixture.posterior(p.class).log_likelihood(x, p.level);
    Exercise {
        notebook: 2,
        title: Text::new("log p(y ∣ x_t)", "log p(y ∣ x_t)"),
        mistakes: vec![
            Mistake::new(
                &given - &all,
                "the prior is missing: add log p(y), since the classes are not equally frequent",
                "quên tiên nghiệm: cộng log p(y), vì các lớp không xuất hiện như nhau",
            ),
            Mistake::new(
                &given + prior.ln(),
                "the evidence is missing: subtract log p_t(x), so that the classes sum to one",
                "quên mẫu số: trừ log p_t(x) để tổng trên các lớp bằng một",
            ),
            Mistake::new(
                &given + prior - &all,
                "the prior went in as p(y): among logarithms it is log p(y)",
                "tiên nghiệm được cộng là p(y): giữa các logarit phải là log p(y)",
            ),
            Mistake::new(
                &given - prior.ln() - &all,
                "the prior has the wrong sign: Bayes' rule multiplies by p(y)",
                "tiên nghiệm sai dấu: quy tắc Bayes nhân với p(y)",
            ),
            Mistake::new(
                right.mapv(f64::exp),
                "this is p(y ∣ x_t): its logarithm is asked for",
                "đây là p(y ∣ x_t): đề bài hỏi logarit của nó",
            ),
        ]
        .into_iter()
        .chain(of_the_level(p, |mixture, level| {
            mixture.posterior(p.class).log_likelihood(x, level).into()
        }))
        .collect(),
        right: right.into(),
        start: Text::new(
            "log p_t(x ∣ y) + log p(y) − log p_t(x)",
            "log p_t(x ∣ y) + log p(y) − log p_t(x)",
        ),
    }
}

/// 5: s_c from s_u and the classifier's gradient.
fn conditional(p: &Problem) -> Exercise {
    let (mixture, x) = (&p.scene.mixture, p.x.view());
    let push = |class: usize| mixture.posterior(class).grad_log_likelihood(x, p.level);
    let (s_u, s_c) = (mixture.score(x, p.level), mixture.given(p.class).score(x, p.level));
    let (own, other) = (push(p.class), push((p.class + 1) % mixture.classes()));
    let log_prior = mixture.class_weights()[p.class].ln();
    Exercise {
        notebook: 2,
        title: Text::new(
            "the conditional score by Bayes' rule",
            "score có điều kiện theo quy tắc Bayes",
        ),
        start: Text::new("∇ log p_t(x) + ∇ log p(y ∣ x_t)", "∇ log p_t(x) + ∇ log p(y ∣ x_t)"),
        mistakes: vec![
            Mistake::new(
                &s_u + &own - log_prior,
                "log p(y) itself was subtracted, instead of its gradient; p(y) does not depend on x, so that is exactly 0",
                "đã trừ chính log p(y): phải trừ gradient của nó, mà p(y) không phụ thuộc x nên gradient đúng bằng 0",
            ),
            Mistake::new(
                own.clone(),
                "only the classifier's gradient: the unconditional score is missing",
                "chỉ có gradient của bộ phân loại: thiếu score không điều kiện",
            ),
            Mistake::new(
                &s_u - &own,
                "the classifier's gradient has the wrong sign: this leads away from y",
                "gradient của bộ phân loại sai dấu: thế này là đi xa khỏi y",
            ),
            Mistake::new(
                &s_u + &other,
                "this is the score of another class: bind the classifier to problem().class",
                "đây là score của lớp khác: hãy dùng bộ phân loại của problem().class",
            ),
            Mistake::new(
                &s_u + &s_c,
                "the unconditional score is counted twice: add the classifier's gradient, not the class's score",
                "score không điều kiện có mặt hai lần: cộng gradient của bộ phân loại, không cộng score của lớp",
            ),
            Mistake::new(
                s_u.clone(),
                "this is the unconditional score: nothing here depends on y yet",
                "đây là score không điều kiện: chưa có gì biết đến y",
            ),
        ]
        .into_iter()
        .chain(of_the_level(p, |mixture, level| mixture.given(p.class).score(x, level).into()))
        .collect(),
        right: s_c.into(),
    }
}
