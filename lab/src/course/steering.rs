//! Exercises 6 to 13: guidance, its scale, its classifiers, and what it samples.

use super::answer::Answer;
use super::exercise::{Exercise, Mistake};
use super::problem::Problem;
use ndarray::{Array2, Axis, array};
use scorelab::guidance::{Gamma, GradientScaled, Guided};
use scorelab::mixture::{Mixture, Noiseless, Posterior, Tilt};
use scorelab::score::{Likelihood, ScoreFn, eps};
use scorelab_figures::plot::Text;

/// γ of exercises 6 and 13.
const GAMMA: f64 = 3.0;
/// c of exercises 7 and 8: a gradient five times too weak.
const WEAK: f64 = 0.2;
/// Labels of exercise 10.
const LABELS: u32 = 10;

/// Exercises 6 to 13.
pub(super) fn exercises(p: &Problem) -> Vec<Exercise> {
    vec![guided(p), weak(p), undone(), clean(p), bill(), implicit(p), null(p), tilt()]
}

/// 6: s_γ at γ = 3.
fn guided(p: &Problem) -> Exercise {
    let given = p.scene.mixture.given(p.class);
    let gamma = Gamma::new(GAMMA).expect("a finite number");
    let guided = Guided { main: &given, guiding: &p.scene.mixture, gamma };
    let (s_u, s_c) = (p.scene.mixture.score(p.x.view(), p.level), given.score(p.x.view(), p.level));
    let push = &s_c - &s_u;
    Exercise {
        notebook: 3,
        title: Text::new("the guided score at γ = 3", "score đã điều hướng với γ = 3"),
        right: guided.score(p.x.view(), p.level).into(),
        start: Text::new("s_u + γ·(s_c − s_u)", "s_u + γ·(s_c − s_u)"),
        mistakes: vec![
            Mistake::new(
                &s_c + &(&push * GAMMA),
                "Ho & Salimans' w was taken for γ: (1 + w)·s_c − w·s_u has γ = 1 + w, so this is γ = 4",
                "lấy w của Ho & Salimans làm γ: (1 + w)·s_c − w·s_u có γ = 1 + w, nên đây là γ = 4",
            ),
            Mistake::new(
                &push * GAMMA,
                "the unconditional score is missing: γ scales the push, which is added to s_u",
                "thiếu score không điều kiện: γ nhân lực đẩy, rồi cộng vào s_u",
            ),
            Mistake::new(
                &s_c * GAMMA,
                "the conditional score itself was scaled: γ multiplies s_c − s_u only",
                "đã nhân chính score có điều kiện: γ chỉ nhân s_c − s_u",
            ),
            Mistake::new(
                &s_u + &(&s_c * GAMMA),
                "s_u was not taken away from s_c before γ: the coefficients 1 − γ and γ must sum to one",
                "chưa trừ s_u khỏi s_c trước khi nhân γ: hai hệ số 1 − γ và γ phải có tổng bằng một",
            ),
            Mistake::new(
                &s_c - &(&push * GAMMA),
                "s_u and s_c are exchanged: this walks away from y",
                "s_u và s_c bị đổi chỗ: thế này là đi xa khỏi y",
            ),
            Mistake::new(
                s_c.clone(),
                "this is γ = 1, the conditional score",
                "đây là γ = 1, tức score có điều kiện",
            ),
        ],
    }
}

/// 7: the gradient of a classifier five times too weak.
fn weak(p: &Problem) -> Exercise {
    let exact = p.scene.mixture.posterior(p.class);
    let gradient = |of: &dyn Likelihood| of.grad_log_likelihood(p.x.view(), p.level);
    let (warm, own) = (Posterior { temperature: 1.0 / WEAK, ..exact.clone() }, gradient(&exact));
    Exercise {
        notebook: 3,
        title: Text::new("a gradient five times too weak", "gradient yếu đi năm lần"),
        right: gradient(&GradientScaled { likelihood: &exact, scale: WEAK }).into(),
        start: Text::new("c·∇ log p(y ∣ x_t), c = 0.2", "c·∇ log p(y ∣ x_t), c = 0.2"),
        mistakes: vec![
            Mistake::new(
                gradient(&warm),
                "a temperature instead of a gradient scale: it divides the logits before the softmax and bends the field",
                "dùng nhiệt độ thay cho hệ số gradient: nhiệt độ chia các logit trước softmax và bẻ cong trường",
            ),
            Mistake::new(
                &own / WEAK,
                "five times too strong: multiply by c, do not divide",
                "mạnh lên năm lần: phải nhân với c chứ không chia",
            ),
            Mistake::new(
                own.clone(),
                "this is the gradient as it was: c is missing",
                "đây vẫn là gradient ban đầu: chưa có c",
            ),
        ],
    }
}

/// 8: γ* = 1/c.
fn undone() -> Exercise {
    Exercise {
        notebook: 3,
        title: Text::new("the γ that undoes c = 0.2", "γ bù lại c = 0.2"),
        right: Answer::from(1.0 / WEAK),
        start: Text::new("γ·c = 1", "γ·c = 1"),
        mistakes: vec![
            Mistake::new(
                WEAK,
                "γ and c are multiplied: with γ = c the gradient is 25 times too weak",
                "γ và c nhân với nhau: với γ = c thì gradient yếu đi 25 lần",
            ),
            Mistake::new(
                1.0 / WEAK - 1.0,
                "this is Ho & Salimans' w = γ − 1",
                "đây là w = γ − 1 của Ho & Salimans",
            ),
            Mistake::new(
                1.0 / WEAK + 1.0,
                "1 was added, as from w to γ: but this already is γ",
                "đã cộng 1 như khi đổi từ w sang γ: nhưng đây đã là γ",
            ),
            Mistake::new(
                1.0,
                "γ = 1 is right for the right gradient; this one is five times too weak",
                "γ = 1 đúng với gradient đúng; gradient này yếu đi năm lần",
            ),
        ],
    }
}

/// 9: how many times too strong the gradient of a classifier is that has seen only clean data.
fn clean(p: &Problem) -> Exercise {
    let exact = p.scene.mixture.posterior(p.class);
    let squares = |of: &dyn Likelihood| of.grad_log_likelihood(p.x.view(), p.level).mapv(|v| v * v);
    let (a, b) = (squares(&Noiseless(exact.clone())), squares(&exact));
    let sizes = |v: &Array2<f64>| v.sum_axis(Axis(1)).mapv(f64::sqrt);
    let right = (a.sum() / b.sum()).sqrt();
    Exercise {
        notebook: 4,
        title: Text::new("how many times too strong", "mạnh hơn bao nhiêu lần"),
        right: right.into(),
        start: Text::new(
            "√(Σ|g_clean|²/Σ|g|²), both sums over all points and coordinates",
            "√(Σ|g_clean|²/Σ|g|²), cả hai tổng lấy trên mọi điểm và mọi toạ độ",
        ),
        mistakes: vec![
            Mistake::new(1.0 / right, "the fraction is upside down", "phân số bị lộn ngược"),
            Mistake::new(
                right * right,
                "this compares squares: the root is missing",
                "đây là tỉ số của bình phương: thiếu căn bậc hai",
            ),
            Mistake::new(
                (a.sum_axis(Axis(0)) / b.sum_axis(Axis(0))).mapv(f64::sqrt),
                "one number for each coordinate: the sum went over the points only, axis 0",
                "mỗi toạ độ một số: mới cộng trên các điểm, tức trục 0",
            ),
            Mistake::new(
                sizes(&a) / sizes(&b),
                "one number for each point: the sum went over the coordinates only, axis 1",
                "mỗi điểm một số: mới cộng trên các toạ độ, tức trục 1",
            ),
            Mistake::new(
                (sizes(&a) / sizes(&b)).mean().unwrap_or(f64::NAN),
                "the mean of ratios is dominated by the points whose gradient is nearly 0: take the ratio of sums",
                "trung bình của các tỉ số bị chi phối bởi những điểm có gradient gần 0: hãy lấy tỉ số của các tổng",
            ),
        ],
    }
}

/// 10: networks, evaluations of a step with two labels, and compositions of ten labels.
fn bill() -> Exercise {
    let (m, all) = (f64::from(LABELS), f64::from(2u32.pow(LABELS)));
    Exercise {
        notebook: 5,
        title: Text::new("the bill of ten labels", "hoá đơn cho mười nhãn"),
        right: [m + 1.0, 3.0, all].into(),
        start: Text::new(
            "[networks to train, evaluations a step with two labels, subsets of the ten labels]",
            "[số mạng phải học, số lần tính mỗi bước với hai nhãn, số tập con của mười nhãn]",
        ),
        mistakes: vec![
            Mistake::new(
                [m, 3.0, all],
                "a network is missing: the classifiers steer an unconditional score, which is learned too",
                "thiếu một mạng: các bộ phân loại lái một score không điều kiện, mạng ấy cũng phải học",
            ),
            Mistake::new(
                [m + 1.0, 2.0, all],
                "an evaluation is missing: the two classifiers push, and the score itself is asked as well",
                "thiếu một lần tính: hai bộ phân loại đẩy, và chính score cũng phải được tính",
            ),
            Mistake::new(
                [m + 1.0, 3.0, m * m],
                "M² counts ordered pairs: each of the ten labels is in a composition or not, 2^M",
                "M² là số cặp có thứ tự: mỗi nhãn trong mười nhãn có mặt hoặc không, nên là 2^M",
            ),
            Mistake::new(
                [m + 1.0, 3.0, m * (m - 1.0) / 2.0],
                "these are the pairs only: compositions may have any number of labels",
                "đây chỉ là số cặp: một tổ hợp có thể gồm bao nhiêu nhãn cũng được",
            ),
            Mistake::new(
                [1.0, 3.0, all],
                "one network is the bill of the joint training: here each label has a classifier of its own",
                "một mạng là hoá đơn của cách học chung: ở đây mỗi nhãn có bộ phân loại riêng",
            ),
        ],
    }
}

/// 11: the implicit classifier's gradient from two noise predictions.
fn implicit(p: &Problem) -> Exercise {
    let (mixture, x, sigma) = (&p.scene.mixture, p.x.view(), p.level.sigma);
    let gap = eps(&mixture.given(p.class), x, p.level) - eps(mixture, x, p.level);
    Exercise {
        notebook: 6,
        title: Text::new("the implicit classifier's gradient", "gradient của bộ phân loại ngầm"),
        right: mixture.posterior(p.class).grad_log_likelihood(x, p.level).into(),
        start: Text::new("s = −ε/σ, for both noises", "s = −ε/σ, cho cả hai nhiễu"),
        mistakes: vec![
            Mistake::new(
                gap.clone(),
                "a difference of noises: a score is −ε/σ",
                "đây là hiệu của hai nhiễu: score là −ε/σ",
            ),
            Mistake::new(
                &gap / sigma,
                "the sign of the noise: ε points away from the data, the score towards it",
                "sai dấu của nhiễu: ε chỉ ra xa dữ liệu, score chỉ về phía dữ liệu",
            ),
            Mistake::new(
                -&gap,
                "the factor 1/σ is missing: ε has unit size at every level, a score has not",
                "thiếu thừa số 1/σ: ε có cỡ đơn vị ở mọi mức nhiễu, score thì không",
            ),
            Mistake::new(
                -&gap / (sigma * sigma),
                "divided by σ once too often: ε is already scaled by σ",
                "chia cho σ thừa một lần: ε đã được co theo σ",
            ),
        ],
    }
}

/// 12: s_∅ from the conditional scores.
fn null(p: &Problem) -> Exercise {
    let (mixture, x) = (&p.scene.mixture, p.x.view());
    let scores: Vec<Array2<f64>> =
        (0..mixture.classes()).map(|y| mixture.given(y).score(x, p.level)).collect();
    let weighted = |w: &dyn Fn(usize) -> f64| {
        scores.iter().enumerate().fold(Array2::zeros(x.raw_dim()), |sum, (y, s)| sum + s * w(y))
    };
    let prior = mixture.class_weights();
    Exercise {
        notebook: 6,
        title: Text::new(
            "the score of ∅ from those of the labels",
            "score của ∅ từ score của các nhãn",
        ),
        right: mixture.score(x, p.level).into(),
        start: Text::new("Σ_y p(y ∣ x_t)·s_y", "Σ_y p(y ∣ x_t)·s_y"),
        mistakes: vec![
            Mistake::new(
                weighted(&|y| prior[y]),
                "weighted by the prior p(y): where x_t is, a class is as likely as p(y ∣ x_t)",
                "trọng số là tiên nghiệm p(y): tại x_t, xác suất của một lớp là p(y ∣ x_t)",
            ),
            Mistake::new(
                weighted(&|_| 1.0 / prior.len() as f64),
                "a plain mean: the classes are not equally likely at x_t",
                "đây là trung bình cộng: tại x_t các lớp không có xác suất như nhau",
            ),
            Mistake::new(
                weighted(&|_| 1.0),
                "a plain sum: the weights must sum to one",
                "đây là tổng trơn: các trọng số phải có tổng bằng một",
            ),
        ],
    }
}

/// 13: the variance of the tilt of N(0, 2) and N(0, 1) at γ = 3.
fn tilt() -> Exercise {
    let gaussian = |v: f64| {
        Mixture::new(vec![1.0], array![[0.0]], vec![array![[v]]], vec![0]).expect("a Gaussian")
    };
    let (p, c, g) = (gaussian(2.0), gaussian(1.0), GAMMA);
    let tilt = Tilt::new(&[(1.0 - g, &p), (g, &c)]).expect("a Gaussian");
    let variance = tilt.covariance()[[0, 0]];
    Exercise {
        notebook: 7,
        title: Text::new(
            "the variance of the tilt at γ = 3",
            "phương sai của phân phối nghiêng với γ = 3",
        ),
        right: variance.into(),
        start: Text::new(
            "precisions add up with their powers: (1 − γ)/2 + γ/1",
            "các độ chính xác cộng lại theo luỹ thừa: (1 − γ)/2 + γ/1",
        ),
        mistakes: tilt_mistakes(variance),
    }
}

/// Common wrong answers for this variance.
fn tilt_mistakes(variance: f64) -> Vec<Mistake> {
    let g = GAMMA;
    vec![
        Mistake::new(
            2f64.powf(1.0 - g),
            "this is what the ODE samples, 2^(1−γ), and not the tilt",
            "đây là phân phối mà ODE lấy mẫu, 2^(1−γ), không phải phân phối nghiêng",
        ),
        Mistake::new(
            (2.0 - 2f64.powf(2.0 - 2.0 * g)) / (2.0 * g - 1.0),
            "this is what the SDE samples, and not the tilt",
            "đây là phân phối mà SDE lấy mẫu, không phải phân phối nghiêng",
        ),
        Mistake::new(
            1.0 / variance,
            "this is the precision: the variance is one over it",
            "đây là độ chính xác: phương sai là nghịch đảo của nó",
        ),
        Mistake::new(
            variance.sqrt(),
            "this is the standard deviation: its square is asked for",
            "đây là độ lệch chuẩn: đề bài hỏi bình phương của nó",
        ),
        Mistake::new(
            2.0 / (g + 2.0),
            "this is γ = 4: 3 was taken for Ho & Salimans' w, and γ = w + 1",
            "đây là γ = 4: đó là w = 3 của Ho & Salimans, với γ = w + 1",
        ),
        Mistake::new(
            1.0,
            "this is p(x ∣ y), the tilt at γ = 1",
            "đây là p(x ∣ y), tức phân phối nghiêng với γ = 1",
        ),
    ]
}
