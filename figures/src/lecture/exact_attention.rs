//! F19: a mixture's denoiser as attention: words by places, at three noise levels.

use super::prelude::*;
use ndarray::{Array1, array};
use scorelab::mixture::{Attention, Mixture};

pub const SPEC: Spec = Spec {
    name: "exact-attention",
    stem: "19_exact_attention",
    part: CONDITIONS,
    latex: r"D(x) = \frac{\sigma^2 \operatorname{softmax}(q K^\top) V + \alpha s^2 x}{\sigma^2 + \alpha^2 s^2}",
    title: Text::new(
        "The exact denoiser is attention to the caption's words",
        "Bộ khử nhiễu chính xác là sự chú ý tới các từ của chú thích",
    ),
    caption: Text::new(
        "Of a mixture of digits and hats each place attends to its own words: sharply at little noise, as the prior says at much. Taking a word from the caption changes only its place.",
        "Với hỗn hợp chữ số và mũ, mỗi vị trí chú ý tới các từ của mình: rõ nét khi ít nhiễu, như tiên nghiệm khi nhiều nhiễu. Bỏ một từ khỏi chú thích chỉ đổi vị trí của từ ấy.",
    ),
    needs: &[],
    uses: &[],
    draw: |_: &Inputs| Ok(vec![exact_attention()?]),
};

/// σ of the panels.
const SIGMAS: [f64; 3] = [0.4, 1.0, 4.0];
/// σ of the last panel.
const CAUSAL: f64 = 1.0;

/// The words of digits and of hats, and of each the place of its token in the plane of its block.
const WORDS: [(Text, [f64; 2]); 5] = [
    (Text::new("three", "ba"), [-1.0, 0.6]),
    (Text::new("seven", "bảy"), [1.1, 0.5]),
    (Text::new("eight", "tám"), [0.1, -1.2]),
    (Text::new("with a hat", "đội mũ"), [0.9, 0.4]),
    (Text::new("no hat", "không mũ"), [-0.9, -0.3]),
];
/// How many of them are digits.
const DIGITS: usize = 3;
/// A point that was a three with a hat, and the noise on it.
const POINT: [[f64; 4]; 2] = [[-1.0, 0.6, 0.9, 0.4], [0.55, -0.35, -0.5, 0.3]];

/// The digits and the hats as mixtures of the plane each, components alike and round.
pub fn digits_and_hats() -> Result<[Mixture; 2]> {
    let block = |words: &[(Text, [f64; 2])], weights: Vec<f64>| {
        let means: Vec<[f64; 2]> = words.iter().map(|(_, mean)| *mean).collect();
        let n = means.len();
        Mixture::isotropic(weights, arr2(&means), &vec![0.35; n], (0..n).collect())
    };
    Ok([block(&WORDS[..DIGITS], vec![0.4, 0.3, 0.3])?, block(&WORDS[DIGITS..], vec![0.3, 0.7])?])
}

/// How much each place attends to each word at a point (words, places); a place has no key of the other's words.
pub fn words_by_places(x: &Array1<f64>, level: NoiseLevel) -> Result<Array2<f64>> {
    let mut map = Array2::zeros((WORDS.len(), 2));
    for (place, block) in digits_and_hats()?.iter().enumerate() {
        let own = x.slice(slice![2 * place..2 * place + 2]).insert_axis(Dim(0));
        let weights = Attention::of(block)?.weights(own, level);
        let first = place * DIGITS;
        for (word, a) in weights.row(0).iter().enumerate() {
            map[[first + word, place]] = *a;
        }
    }
    Ok(map)
}

/// ‖D(word) − D(∅)‖² at each place, for a caption of each word alone (words, places).
pub fn causal_map(x: &Array1<f64>, level: NoiseLevel) -> Result<Array2<f64>> {
    let [digits, hats] = digits_and_hats()?;
    let both = Attention::of(&digits.product(&hats)?)?;
    let hats = WORDS.len() - DIGITS;
    let x = x.view().insert_axis(Dim(0));
    let free = both.denoised(x, level);
    let mut map = Array2::zeros((WORDS.len(), 2));
    for word in 0..WORDS.len() {
        let means = |token: &usize| match word < DIGITS {
            true => token / hats == word,
            false => token % hats == word - DIGITS,
        };
        let tokens: Vec<usize> = (0..DIGITS * hats).filter(means).collect();
        let moved = both.caption(&tokens)?.denoised(x, level) - &free;
        for place in 0..2 {
            let own = moved.slice(slice![0, 2 * place..2 * place + 2]);
            map[[word, place]] = own.iter().map(|v| v * v).sum();
        }
    }
    Ok(map)
}

/// A point that was a three with a hat, at this noise.
pub fn three_with_a_hat(level: NoiseLevel) -> Array1<f64> {
    let [x0, eps] = POINT.map(|v| array![v[0], v[1], v[2], v[3]]);
    x0 * level.alpha + eps * level.sigma
}

/// F19: the attention of two places to five words at three noise levels, and what taking each word away changes.
///
/// # Errors
/// None: its mixture is its own.
pub fn exact_attention() -> Result<Figure> {
    let mut f = SPEC.figure();
    f.layout = Some((1, 4));
    let mut off = 0.0f64;
    for sigma in SIGMAS {
        let level = NoiseLevel::ve(sigma);
        let map = words_by_places(&three_with_a_hat(level), level)?;
        off = map.sum_axis(Dim(0)).iter().fold(off, |off, sum| off.max((sum - 1.0).abs()));
        for ((word, place), a) in map.indexed_iter() {
            f.number(format!("σ = {sigma}: {} at place {}", WORDS[word].0.en, place + 1), *a);
        }
        f.panels.push(heat(format!("σ = {sigma}").into(), (&map, 1.0), f.panels.is_empty()));
    }
    let level = NoiseLevel::ve(CAUSAL);
    let causal = causal_map(&three_with_a_hat(level), level)?;
    let title = Text::new("‖ΔD‖², word by word", "‖ΔD‖², theo từng từ");
    let top = causal.fold(0.0, |a: f64, v| a.max(*v));
    f.panels.push(heat(title, (&causal, top), false));
    f.formula = vec![(
        Role::Neutral,
        "A = softmax(q Kᵀ),   q = [x, 1]/v,   k = [αμ, −α²‖μ‖²/2 + v log π],   v = σ² + α²s²"
            .into(),
    )];
    f.notes = vec![Text::from((
        format!(
            "x_t: a three with a hat; each place's attention sums to 1 (off by {} at most); right: D with the word alone against ∅, σ = {CAUSAL}",
            tiny(off)
        ),
        format!(
            "x_t: số ba đội mũ; sự chú ý của mỗi vị trí có tổng 1 (lệch nhiều nhất {}); bên phải: D với một từ so với ∅, σ = {CAUSAL}",
            tiny(off)
        ),
    ))];
    f.number("largest distance of a sum from 1", off);
    for ((word, place), moved) in causal.indexed_iter() {
        f.number(format!("‖ΔD‖² of {} at place {}", WORDS[word].0.en, place + 1), *moved);
    }
    Ok(f)
}

/// Words from the top, places from the left, each cell with its number.
fn heat(title: Text, (map, top): (&Array2<f64>, f64), with_words: bool) -> Panel {
    let (n, places) = map.dim();
    let height = |word: usize| (n - 1 - word) as f64;
    let mut values = map.clone();
    values.invert_axis(Dim(0));
    let density = Density {
        values,
        x: (-0.5, places as f64 - 0.5),
        y: (-0.5, n as f64 - 0.5),
        top: Some(1.6 * top), // numbers stay legible on every cell
        strong: true,
        smooth: false,
        ..Density::default()
    };
    let cells = map.indexed_iter().map(|((word, place), v)| {
        let told = if *v == 0.0 { "0".into() } else { format!("{v:.2}").into() };
        ([place as f64, height(word)], told)
    });
    let numbers = Labels { at: cells.collect(), side: Side::On, ..Labels::default() };
    let ticks = WORDS.into_iter().enumerate().map(|(word, (text, _))| (height(word), text));
    let hidden = Axis::hidden((-0.5, n as f64 - 0.5));
    Panel {
        title,
        x: Axis::new("", (-0.5, places as f64 - 0.5))
            .with_ticks([(0.0, Text::new("digit", "chữ số")), (1.0, Text::new("hat", "mũ"))]),
        y: if with_words { Axis::new("", hidden.range).with_ticks(ticks) } else { hidden },
        layers: vec![
            Layer::new("attention", "words by places, darker where larger", Role::Muted, density),
            Layer::new("numbers", "the value of each cell", Role::Neutral, numbers),
        ],
        ..Panel::default()
    }
}
