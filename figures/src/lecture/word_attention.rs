//! F19, learned: where a Transformer's patches look in a caption, and what each word changes.

use super::inputs::ImageInputs;
use super::prelude::*;
use ndarray::{Array1, ArrayView2};
use scorelab::Error;
use scorelab::condition::Condition;
use scorelab::data::{Attribute, Caption, ClassName, digit_names};
use scorelab::nn::Transformer;
use scorelab::nn::transformer::plain::Plain;
use scorelab::null_label::JointNet;
use scorelab::rng::{Purpose, normals};
use scorelab::sampler::{sample, start};

pub const SPEC: Spec = Spec {
    name: "word-attention",
    stem: "19_word_attention",
    part: CONDITIONS,
    latex: r"A = \operatorname{softmax}(Q K^\top / \sqrt{d}), \qquad Q \text{ from the patches}, \quad K, V \text{ from the words}",
    title: Text::new(
        "Where patches look in the caption",
        "Các mảnh ảnh nhìn vào đâu trong chú thích",
    ),
    caption: Text::new(
        "Each patch asks the words of the caption; the more ink, the more it asks that word. What a word changes is another thing than where one looks: beside it stands the difference that leaving the word out makes.",
        "Mỗi mảnh ảnh hỏi các từ của chú thích; mực càng đậm thì nó hỏi từ ấy càng nhiều. Một từ thay đổi điều gì lại là chuyện khác với nơi được nhìn vào: bên cạnh là khác biệt khi bỏ từ ấy đi.",
    ),
    needs: &[Need::Images, Need::Captions, Need::LastGamma],
    uses: &[Use::Walk, Use::Caption],
    draw: |i: &Inputs| {
        let asked = i.class.and_then(Caption::of_label);
        Ok(vec![word_attention(i.images(), asked, i.last_gamma())?])
    },
};

/// σ of the rows.
const SIGMAS: [f64; 4] = [0.3, 1.0, 3.0, 10.0];
/// The caption where none is asked for: a three with a hat.
const CLASS: usize = 3;
const WORN: Attribute = Attribute::Hat;
/// Words whose columns fit on a slide.
const MOST_WORDS: usize = 2;

/// What is found of one noisy image.
pub struct Looked {
    /// How much each patch asks the start token and each word, the mean over layers and heads (patches, words + 1).
    pub attention: Array2<f64>,
    /// |D(caption) − D(caption without the word)|² in each patch, for each word (patches, words).
    pub causal: Array2<f64>,
}

/// Where the patches of an image (d) at a level look in a caption of these tokens, and what each of them changes.
///
/// # Panics
/// If the network does not take the caption.
pub fn looked(
    net: &JointNet<Transformer>,
    x: &Array1<f64>,
    level: NoiseLevel,
    tokens: &[usize],
) -> Looked {
    let network = net.network();
    let params: Vec<f64> = network.params.iter().map(|p| f64::from(*p)).collect();
    let scale = net.net.target.coefficients(level.ratio(), net.net.sigma_data).input / level.alpha;
    let seen = x * scale;
    let condition = Condition::words(tokens.to_vec());
    let forward =
        Plain::new(&network.config, &params).forward(seen.view(), level.log_snr(), &condition);
    let maps: Vec<&Array2<f64>> = forward.word_maps().into_iter().flatten().collect();
    let mut attention = Array2::zeros(maps[0].raw_dim());
    maps.iter().for_each(|map| attention.scaled_add(1.0 / maps.len() as f64, map));
    let x = x.view().insert_axis(Dim(0));
    let whole = net.given(condition).denoised(x, level);
    let mut causal = Array2::zeros((network.config.tokens(), tokens.len()));
    for word in 0..tokens.len() {
        let rest: Vec<usize> =
            (0..tokens.len()).filter(|i| *i != word).map(|i| tokens[i]).collect();
        let moved = net.given(Condition::words(rest)).denoised(x, level) - &whole;
        for (pixel, moved) in moved.iter().enumerate() {
            causal[[patch_of(network, pixel), word]] += moved * moved;
        }
    }
    Looked { attention, causal }
}

/// The patch of a pixel.
fn patch_of(network: &Transformer, pixel: usize) -> usize {
    let (side, patch) = (network.config.side, network.config.patch);
    let (line, column) = (pixel / side, pixel % side);
    line / patch * (side / patch) + column / patch
}

/// A number for each patch as an image, full of ink where it is `top`.
fn as_image(network: &Transformer, values: impl Fn(usize) -> f64, top: f64) -> Array1<u8> {
    let grey = |pixel| (255.0 * values(patch_of(network, pixel)) / top).clamp(0.0, 255.0) as u8;
    (0..network.config.side.pow(2)).map(grey).collect()
}

/// F19 of a network: a row for each noise level, of a sample of the caption with noise, what the network makes of it, where its patches
/// look, and what each word changes there. Without a caption it is that of a three with a hat.
///
/// # Errors
/// If the caption has more words than there is room for.
///
/// # Panics
/// If the network knows no captions.
pub fn word_attention(
    images: &ImageInputs,
    asked: Option<Caption>,
    gamma: Gamma,
) -> Result<Figure> {
    let net = images.captions.as_ref().expect("a network that knows captions");
    let usual = Caption { class: CLASS, attributes: [WORN].into_iter().collect() };
    let caption = asked.unwrap_or(usual);
    let words = words_of(caption);
    if words.len() > MOST_WORDS {
        let must = "of a digit and one thing at most: this figure has two columns for each word";
        return Err(Error::value("the caption", caption.english(), must));
    }
    let tokens = caption.tokens();
    let score = net.guided(caption, gamma);
    let z = start(1, score.dim(), &images.process, images.grid, images.seed);
    let x0 = sample(images.sampler, &score, &images.process, images.grid, z.view(), images.seed);
    let noise = normals(images.seed, Purpose::Reference, 5, (1, score.dim()));
    let given = net.given(caption);
    let (mut rows, mut off): (Vec<Array1<u8>>, f64) = (Vec::new(), 0.0);
    let more = asked.map(Caption::name).map(|ClassName { en, vi }| Text::from((en, vi)));
    let mut f = more.map_or(SPEC.figure(), |more| SPEC.figure_of(Text::from(": ").then(more)));
    for sigma in SIGMAS {
        let level = NoiseLevel::ve(sigma);
        let x = &x0 + &(&noise * sigma);
        let image = |x: ArrayView2<f64>| (images.pixels)(x).row(0).to_owned();
        rows.extend([image(x.view()), image(given.denoised(x.view(), level).view())]);
        let Looked { attention, causal } = looked(net, &x.row(0).to_owned(), level, &tokens);
        off = attention.sum_axis(Dim(1)).iter().fold(off, |off, sum| off.max((sum - 1.0).abs()));
        let network = net.network();
        rows.extend((0..=tokens.len()).map(|w| as_image(network, |t| attention[[t, w]], 1.0)));
        let top = causal.fold(f64::MIN_POSITIVE, |top: f64, v| top.max(*v));
        rows.extend((0..tokens.len()).map(|w| as_image(network, |t| causal[[t, w]], top)));
        for (word, column) in START.iter().chain(&words).zip(attention.columns()) {
            let mean = column.mean().unwrap_or(0.0);
            f.number(format!("σ = {sigma}: attention to {}, mean over patches", word.en), mean);
        }
    }
    f.number("largest distance of a sum from 1", off);
    f.panels = vec![sheet_panel(
        "",
        "a row for each noise level, a column for each word",
        sheet(images, &words, &rows),
    )];
    f.notes = vec![Text::new(
        "→: attention, no ink 0, full ink 1, mean over layers and heads;  Δ: |D − D without the word|², each row to its largest",
        "→: sự chú ý, không mực 0, đủ mực 1, trung bình trên các tầng và đầu;  Δ: |D − D khi thiếu từ ấy|², mỗi hàng theo giá trị lớn nhất",
    )];
    Ok(f)
}

/// The token before the words.
static START: [Text; 1] = [Text::new("start", "bắt đầu")];

/// The words of a caption, a token each.
fn words_of(caption: Caption) -> Vec<Text> {
    let digit = digit_names().swap_remove(caption.class);
    let worn = caption.attributes.iter().map(Attribute::name);
    std::iter::once(digit).chain(worn).map(|ClassName { en, vi }| (en, vi).into()).collect()
}

/// The images of all rows, row by row.
fn sheet(images: &ImageInputs, words: &[Text], rows: &[Array1<u8>]) -> Sheet {
    let pixels = Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j]);
    let to = START.iter().chain(words).map(|word| Text::from("→ ").then(word.clone()));
    let changed = words.iter().map(|word| Text::from("Δ ").then(word.clone()));
    let above: Vec<Text> =
        ["x_t", "D"].map(Text::from).into_iter().chain(to).chain(changed).collect();
    let left = SIGMAS.iter().map(|sigma| format!("σ = {sigma}").into()).collect();
    Sheet { pixels, size: images.size, columns: above.len(), above, left, ..Sheet::default() }
}
