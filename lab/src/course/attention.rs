//! Exercises 16 and 17: the exact denoiser as attention, and a caption as tokens that may occur.

use super::exercise::{Exercise, Mistake};
use super::problem::AttentionProblem;
use ndarray::{Array1, Array2, ArrayView1, Axis};
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;
use scorelab_figures::plot::Text;

/// The notebook that asks them.
const NOTEBOOK: usize = 10;

/// Both, in their order.
pub fn exercises(p: &AttentionProblem) -> [Exercise; 2] {
    [weights(p), caption(p)]
}

/// The logits α·x·μₖ/v − α²|μₖ|²/2v + log πₖ at a temperature v, less some of their terms (n, K).
fn logits(p: &AttentionProblem, v: f64, [square, prior]: [bool; 2]) -> Array2<f64> {
    let alpha = p.level.alpha;
    let means = p.mixture.means();
    let mut all = p.x.dot(&means.t()) * (alpha / v);
    for (k, mut column) in all.columns_mut().into_iter().enumerate() {
        let mean = means.row(k);
        if square {
            column -= alpha * alpha * mean.dot(&mean) / (2.0 * v);
        }
        if prior {
            column += p.mixture.weights()[k].ln();
        }
    }
    all
}

/// exp of each row, over its sum.
fn softmax(logits: &Array2<f64>) -> Array2<f64> {
    let row = |l: ArrayView1<f64>| -> Array1<f64> {
        let top = l.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let e = l.mapv(|l| (l - top).exp());
        &e / e.sum()
    };
    let rows: Vec<Array1<f64>> = logits.outer_iter().map(row).collect();
    let views: Vec<_> = rows.iter().map(|row| row.view()).collect();
    ndarray::stack(Axis(0), &views).expect("rows of one length")
}

/// 16: where the query looks.
fn weights(p: &AttentionProblem) -> Exercise {
    let attention = p.attention();
    let NoiseLevel { alpha, sigma } = p.level;
    let v = attention.temperature(p.level);
    let all = [true, true];
    let turned = softmax(&logits(p, v, all).reversed_axes()).reversed_axes();
    Exercise {
        notebook: NOTEBOOK,
        title: Text::new("the attention to each token", "sự chú ý tới từng token"),
        right: attention.weights(p.x.view(), p.level).into(),
        start: Text::new(
            "softmax over k of (α·x·μₖ − α²|μₖ|²/2)/v + log πₖ, v = σ² + α²s²",
            "softmax theo k của (α·x·μₖ − α²|μₖ|²/2)/v + log πₖ, v = σ² + α²s²",
        ),
        mistakes: vec![
            Mistake::new(
                softmax(&logits(p, v, [false, true])),
                "−α²|μₖ|²/2v is missing in the keys: of two tokens the longer one would win however far away it lies",
                "khoá thiếu −α²|μₖ|²/2v: trong hai token, token dài hơn sẽ thắng dù nó ở xa bao nhiêu",
            ),
            Mistake::new(
                softmax(&logits(p, v, [true, false])),
                "log πₖ is missing in the keys: the tokens do not occur equally often",
                "khoá thiếu log πₖ: các token không xuất hiện thường xuyên như nhau",
            ),
            Mistake::new(
                softmax(&logits(p, sigma * sigma, all)),
                "the temperature is σ² here: each token is a Gaussian, whose own width α²s² belongs to v",
                "nhiệt độ ở đây là σ²: mỗi token là một phân phối Gauss, bề rộng α²s² của nó cũng thuộc về v",
            ),
            Mistake::new(
                softmax(&logits(p, alpha * alpha * v, all)),
                "v was multiplied by α²: only the width s of a token shrinks with the data, the noise does not",
                "v bị nhân với α²: chỉ bề rộng s của token co theo dữ liệu, nhiễu thì không",
            ),
            Mistake::new(
                logits(p, v, all),
                "these are the logits: take their exponentials, and divide each row by its sum",
                "đây là các logit: hãy lấy mũ của chúng rồi chia mỗi hàng cho tổng của hàng",
            ),
            Mistake::new(
                turned,
                "the sums run over the points: a query shares its attention among the tokens, so sum over k",
                "đang lấy tổng theo các điểm: mỗi truy vấn chia sự chú ý cho các token, nên phải lấy tổng theo k",
            ),
        ],
    }
}

/// 17: D(x) under a caption.
fn caption(p: &AttentionProblem) -> Exercise {
    let attention = p.attention();
    let (x, level) = (p.x.view(), p.level);
    let allowed = attention.caption(&p.caption).expect("tokens that are there");
    let (a, all) = (allowed.weights(x, level), attention.weights(x, level));
    let means = p.mixture.means();
    let own = means.select(Axis(0), &p.caption);
    let own_weights = a.select(Axis(1), &p.caption); // the others are 0
    let v = attention.temperature(level);
    let NoiseLevel { alpha, sigma } = level;
    let s2 = (v - sigma * sigma) / (alpha * alpha);
    let joined = |mixed: Array2<f64>| (mixed * (sigma * sigma) + &x * (alpha * s2)) / v;
    let other: Vec<usize> = (0..means.nrows()).filter(|k| !p.caption.contains(k)).collect();
    let wrong = attention.caption(&other).expect("tokens that are there");
    Exercise {
        notebook: NOTEBOOK,
        title: Text::new("D(x) under a caption", "D(x) theo một chú thích"),
        right: allowed.denoised(x, level).into(),
        start: Text::new(
            "the softmax over the caption's tokens alone, then (σ²·Σ aₖμₖ + αs²·x)/v",
            "softmax chỉ trên các token của chú thích, rồi (σ²·Σ aₖμₖ + αs²·x)/v",
        ),
        mistakes: vec![
            Mistake::new(
                attention.denoised(x, level),
                "this is D under ∅: the tokens that the caption excludes still take part",
                "đây là D khi không có chú thích (∅): các token bị chú thích loại vẫn còn tham gia",
            ),
            Mistake::new(
                joined(all.select(Axis(1), &p.caption).dot(&own)),
                "the excluded token was dropped after the softmax: mask it before, so that the others share all of the attention",
                "token bị loại được bỏ sau softmax: hãy che nó trước softmax để các token còn lại chia nhau toàn bộ sự chú ý",
            ),
            Mistake::new(
                own_weights.dot(&own),
                "this is softmax·V alone: x itself says something about x₀ too, as much as a token is wide",
                "đây chỉ là softmax·V: bản thân x cũng nói lên điều gì đó về x₀, tuỳ token rộng bao nhiêu",
            ),
            Mistake::new(
                wrong.denoised(x, level),
                "the mask is the wrong way round: a caption lists the tokens that may occur",
                "mặt nạ bị ngược: chú thích liệt kê các token được phép xuất hiện",
            ),
        ],
    }
}
