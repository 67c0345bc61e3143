//! Guidance on images: contact sheets, hybrids, a strip from noise to image, and what γ wins and loses.

use super::figure;
use super::way::{Measured, Way, curve};
use crate::plot::{Axis, Figure, Layer, Panel, Role, Rules, Sheet, Text, words};
use ndarray::{Array2, Array3, Axis as Dim};
use scorelab::{Error, Result};

/// Samples at several γ, a contact sheet for each: rows are classes, columns samples.
///
/// `sheets` are (γ, images (classes·columns, height·width) row by row); `size` is an image's (height, width).
///
/// # Errors
/// If there are no sheets, or more than six.
pub fn contact_sheets(
    stem: &str,
    name: Text,
    size: (usize, usize),
    classes: usize,
    sheets: &[(f64, Array2<u8>)],
) -> Result<Figure> {
    if !(1..=6).contains(&sheets.len()) {
        return Err(Error::value("the number of contact sheets", sheets.len(), "1 to 6"));
    }
    let mut f = figure(
        stem,
        Text::new("Samples of each class: ", "Mẫu của từng lớp: ").then(name),
        Text::new(
            "A row is the class asked for; γ = 0 ignores it, a larger γ shows it ever more clearly and ever more alike.",
            "Mỗi hàng là lớp được yêu cầu; γ = 0 bỏ qua nó, γ càng lớn thì lớp càng rõ và các mẫu càng giống nhau.",
        ),
    );
    f.layout = Some((1, sheets.len()));
    f.panels = sheets
        .iter()
        .map(|(gamma, pixels)| {
            let sheet = Sheet {
                pixels: pixels.clone(),
                size,
                columns: pixels.nrows() / classes,
                left: (0..classes).map(|class| class.to_string().into()).collect(),
                ..Sheet::default()
            };
            let title = Text::from(format!("γ = {gamma}"));
            sheet_panel(title, "samples, a row for each class", sheet)
        })
        .collect();
    Ok(f)
}

fn sheet_panel(title: impl Into<Text>, desc: &str, sheet: Sheet) -> Panel {
    let layer = Layer::new("images", desc, Role::Neutral, sheet);
    Panel { title: title.into(), ..Panel::bare(vec![layer]) }
}

/// The same z at several γ under one way to steer.
#[derive(Clone, Debug)]
pub struct Morph {
    /// What the way is called on the slide.
    pub title: Text,
    /// The images (z, γ, height·width).
    pub images: Array3<u8>,
    /// What the judge gives for p(y | x) of each (z, γ).
    pub confidence: Array2<f64>,
}

/// F8 on images: a row for each z, a column for each γ, with the judge's p(y | x) under every image.
///
/// An image that the judge gives to the target at 0.9 or more is framed as guided; one at γ = 0 as unconditional; one in
/// between, where it is sure of nothing, as a hybrid.
///
/// # Errors
/// If there are no ways or more than two.
pub fn hybrid_images(
    target: Text,
    size: (usize, usize),
    gammas: &[f64],
    ways: &[Morph],
) -> Result<Figure> {
    if !(1..=2).contains(&ways.len()) {
        return Err(Error::value("the number of ways to steer", ways.len(), "1 or 2"));
    }
    let mut f = figure(
        "08_hybrid_digits",
        Text::new("The same z at γ = ", "Cùng một z với γ = ")
            .then(gammas.iter().map(f64::to_string).collect::<Vec<_>>().join(", "))
            .then(Text::new("; wanted: ", "; đích: "))
            .then(target),
        Text::new(
            "Each row is one z: without a gradient another class, with a weak one a hybrid, with enough of it the class that is wanted.",
            "Mỗi hàng là một z: không có gradient thì ra lớp khác, gradient yếu thì ra mẫu lai, đủ mạnh thì ra đúng lớp đích.",
        ),
    );
    f.layout = Some((1, ways.len()));
    f.panels = ways.iter().map(|way| morph_panel(way, size, gammas)).collect();
    for way in ways {
        for ((z, g), p) in way.confidence.indexed_iter() {
            let name = format!("{}, z{}, γ = {}: p(y|x)", way.title.en, z + 1, gammas[g]);
            f.numbers.push((name, *p));
        }
    }
    f.notes = vec![Text::new(
        "under each image: p(y ∣ x) by the judge;  green: γ = 0, orange: the wanted class, black or white: a hybrid",
        "dưới mỗi ảnh: p(y ∣ x) theo trọng tài;  xanh lục: γ = 0, cam: đúng lớp đích, đen hoặc trắng: lai",
    )];
    Ok(f)
}

fn morph_panel(way: &Morph, size: (usize, usize), gammas: &[f64]) -> Panel {
    let (rows, columns, pixels) = way.images.dim();
    let flat = way.images.to_shape((rows * columns, pixels)).expect("one image a row").to_owned();
    let frame = |(_, g): (usize, usize), p: f64| match (gammas[g] == 0.0, p) {
        (true, _) => Some(Role::Unconditional),
        (false, p) if p >= 0.9 => Some(Role::Guided),
        (false, p) if p > 0.1 => Some(Role::Hybrid),
        _ => None,
    };
    let sheet = Sheet {
        pixels: flat,
        size,
        columns,
        above: gammas.iter().map(|g| format!("γ = {g}").into()).collect(),
        under: way.confidence.iter().map(|p| format!("{p:.2}").into()).collect(),
        frames: way.confidence.indexed_iter().map(|(at, p)| frame(at, *p)).collect(),
        ..Sheet::default()
    };
    sheet_panel(way.title.clone(), "a row for each z, a column for each γ", sheet)
}

/// A walk from noise to an image: what was walked through, and what the score took it for.
#[derive(Clone, Debug)]
pub struct Strip {
    /// What the walk is called on the slide.
    pub title: Text,
    /// Its role.
    pub role: Role,
    /// x_t (columns, height·width).
    pub walked: Array2<u8>,
    /// D(x_t), E[x₀ | x_t] as the score has it (columns, height·width).
    pub denoised: Array2<u8>,
}

/// Strips from noise to image, one above the other, from the same noise; `levels` are σ/α of the columns.
///
/// # Errors
/// If there are no strips or more than two.
pub fn denoising_strips(size: (usize, usize), levels: &[f64], strips: &[Strip]) -> Result<Figure> {
    if !(1..=2).contains(&strips.len()) {
        return Err(Error::value("the number of strips", strips.len(), "1 or 2"));
    }
    let mut f = figure(
        "02_denoising_digits",
        Text::new("From the same noise to an image", "Từ cùng một nhiễu tới ảnh"),
        Text::new(
            "x_t on its way from noise to data, and below it the image that the score expects at the end.",
            "x_t trên đường từ nhiễu tới dữ liệu, và bên dưới là ảnh mà score mong đợi ở cuối.",
        ),
    );
    f.layout = Some((strips.len(), 1));
    let level = |r: &f64| {
        let digits = if *r >= 10.0 || *r == 0.0 { 0 } else { 1 };
        Text::from(format!("{r:.digits$}"))
    };
    f.panels = strips
        .iter()
        .map(|strip| {
            let rows = [strip.walked.view(), strip.denoised.view()];
            let sheet = Sheet {
                pixels: ndarray::concatenate(Dim(0), &rows).expect("strips of one length"),
                size,
                columns: levels.len(),
                above: levels.iter().map(level).collect(),
                left: vec!["x_t".into(), "D(x_t)".into()],
                frames: framed(levels.len(), strip.role),
                ..Sheet::default()
            };
            sheet_panel(strip.title.clone(), "x_t above, what the score expects below", sheet)
        })
        .collect();
    f.notes = vec![Text::new(
        "above the images: σ/α;  D(x_t) = E[x_0 ∣ x_t] as the score has it",
        "trên các ảnh: σ/α;  D(x_t) = E[x_0 ∣ x_t] theo score",
    )];
    Ok(f)
}

/// A frame around the last of the walked images, the sample.
fn framed(columns: usize, role: Role) -> Vec<Option<Role>> {
    (0..2 * columns).map(|i| (i + 1 == columns).then_some(role)).collect()
}

/// What one way of steering images gave at one γ; each number with its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    /// γ.
    pub gamma: f64,
    /// The share of the samples that are of the class asked for, by the judge.
    pub accuracy: (f64, f64),
    /// The Fréchet distance from held-out data in the judge's features.
    pub fd: (f64, f64),
    /// The share of held-out images that have a sample beside them.
    pub coverage: (f64, f64),
}

/// F10 on images: accuracy, Fréchet distance and coverage over γ, a curve for each way to steer; `floor` is what another
/// sample of the data has.
///
/// # Errors
/// If there are no ways or more than four, or one has no γ.
pub fn images_over_gamma(ways: &[Way<Vec<Scored>>], floor: &Scored, n: usize) -> Result<Figure> {
    if !(1..=4).contains(&ways.len()) || ways.iter().any(|w| w.found.is_empty()) {
        return Err(Error::value(
            "the number of ways to steer",
            ways.len(),
            "1 to 4, each with a γ",
        ));
    }
    let mut f = figure(
        "10_images_over_gamma",
        Text::new("What γ wins and loses on images", "γ được gì và mất gì trên ảnh"),
        Text::new(
            "With γ the label becomes certain; the distance from the data is least at a small γ; coverage falls.",
            "γ tăng thì nhãn chắc chắn hơn; khoảng cách tới dữ liệu nhỏ nhất ở γ nhỏ; độ phủ giảm.",
        ),
    );
    let percent = |(v, se): (f64, f64)| (100.0 * v, 100.0 * se);
    f.layout = Some((1, 3));
    let right = Text::new("judged right, %", "trọng tài nhận đúng, %");
    let far = Text::new("Fréchet distance", "khoảng cách Fréchet");
    let covered = Text::new("coverage, %", "độ phủ, %");
    f.panels = vec![
        over(ways, floor, (right, true), |s| percent(s.accuracy)),
        over(ways, floor, (far, false), |s| s.fd),
        over(ways, floor, (covered, true), |s| percent(s.coverage)),
    ];
    // the names are too long for a third of a slide: they stand once, below
    f.formula = f.panels[0].layers.iter().filter_map(named).collect();
    for layer in f.panels.iter_mut().flat_map(|panel| &mut panel.layers) {
        layer.label = None;
    }
    for (way, s) in ways.iter().flat_map(|w| w.found.iter().map(move |s| (w, s))) {
        let values = [("accuracy", s.accuracy), ("FD", s.fd), ("coverage", s.coverage)];
        for (what, (value, se)) in values {
            let name = format!("{}, γ = {}: {what}", way.title.en, s.gamma);
            f.numbers.extend([(name.clone(), value), (format!("{name}, se"), se)]);
        }
    }
    f.notes = vec![Text::from((
        format!(
            "{n} samples at each γ from the same noise; bars: ± one standard error; dotted: another sample of the data"
        ),
        format!(
            "{n} mẫu với mỗi γ từ cùng một nhiễu; vạch: ± một sai số chuẩn; nét chấm: một mẫu dữ liệu khác"
        ),
    ))];
    Ok(f)
}

/// A curve's sign and name as a part of the line under the panels.
fn named(layer: &Layer) -> Option<(Role, Text)> {
    layer.label.as_ref().map(|name| (layer.role, Text::from("    ").then(name.clone())))
}

fn over(
    ways: &[Way<Vec<Scored>>],
    floor: &Scored,
    (title, percent): (Text, bool),
    value: impl Fn(&Scored) -> (f64, f64),
) -> Panel {
    let all = || ways.iter().flat_map(|w| w.found.iter());
    let ends = |(a, b): (f64, f64), v: f64| (a.min(v), b.max(v));
    let (left, right) = all().map(|s| s.gamma).fold((0.0, 1.0), ends);
    let (low, high) = all().chain([floor]).map(|s| value(s).0).fold((0.0, 1.0), ends);
    let (wide, tall) = (right - left, high - low);
    let dotted = Rules { x: vec![], y: vec![value(floor).0] };
    let mut layers = vec![Layer::new("floor", "another sample of the data", Role::Muted, dotted)];
    layers.extend((0..ways.len()).map(|k| {
        let point = |s: &Scored| -> Measured { [s.gamma, value(s).0, value(s).1] };
        let way = ways[k].with(ways[k].found.iter().map(point).collect());
        curve(&way, k, [left, high])
    }));
    let y = Axis::new("", (low - 0.04 * tall, high + 0.08 * tall));
    let hundred = [0.0, 20.0, 40.0, 60.0, 80.0, 100.0].map(|v| (v, v.to_string().into()));
    let y = if percent { y.with_ticks(hundred) } else { y };
    Panel {
        title,
        x: Axis::new(words::GUIDANCE_SCALE, (left - 0.05 * wide, right + 0.05 * wide)),
        y,
        layers,
        ..Panel::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Lang, Theme, csv, svg};

    const SIZE: (usize, usize) = (4, 3);

    fn images(n: usize) -> Array2<u8> {
        Array2::from_shape_fn((n, 12), |(i, j)| (20 * i + j) as u8)
    }

    fn morph(title: &'static str) -> Morph {
        Morph {
            title: title.into(),
            images: Array3::from_shape_fn((2, 3, 12), |(z, g, i)| (60 * z + 20 * g + i) as u8),
            confidence: ndarray::arr2(&[[0.01, 0.5, 0.99], [0.02, 0.05, 1.0]]),
        }
    }

    fn drawn(figure: &Figure) -> String {
        for (theme, lang) in [(Theme::Dark, Lang::Vi), (Theme::Print, Lang::En)] {
            svg(figure, theme, lang, None).unwrap();
        }
        csv(figure, Lang::En, None).unwrap()
    }

    #[test]
    fn contact_sheets_hold_every_image_they_are_given() {
        let sheets = [(0.0, images(10)), (2.0, images(10) + 1)];
        let figure = contact_sheets("s", "x".into(), SIZE, 5, &sheets).unwrap();
        let text = drawn(&figure);
        assert_eq!(text.lines().count(), 1 + 2 * 10 * 12);
        assert_eq!(figure.panels[1].title.en, "γ = 2");
        assert!(contact_sheets("s", "x".into(), SIZE, 5, &[]).is_err());
    }

    #[test]
    fn hybrids_are_framed_by_what_the_judge_says_and_their_numbers_are_kept() {
        let ways = [morph("weak"), morph("full")];
        let figure = hybrid_images("three".into(), SIZE, &[0.0, 1.0, 10.0], &ways).unwrap();
        drawn(&figure);
        let Layer { mark: crate::plot::Mark::Sheet(sheet), .. } = &figure.panels[0].layers[0]
        else {
            panic!("a sheet")
        };
        let (free, hybrid, won) = (Role::Unconditional, Role::Hybrid, Role::Guided);
        let expected = [Some(free), Some(hybrid), Some(won), Some(free), None, Some(won)];
        assert_eq!(sheet.frames, expected);
        assert_eq!(figure.numbers.len(), 12);
        assert!(figure.numbers.contains(&("full, z1, γ = 1: p(y|x)".into(), 0.5)));
        assert!(hybrid_images("three".into(), SIZE, &[0.0], &[]).is_err());
    }

    #[test]
    fn strips_end_in_a_framed_sample() {
        let strip =
            |role| Strip { title: "a".into(), role, walked: images(3), denoised: images(3) };
        let strips = [strip(Role::Unconditional), strip(Role::Guided)];
        let figure = denoising_strips(SIZE, &[30.0, 1.0, 0.0], &strips).unwrap();
        assert_eq!(drawn(&figure).lines().count(), 1 + 2 * 6 * 12);
        assert_eq!(framed(3, Role::Guided).iter().position(|f| f.is_some()), Some(2));
        assert!(denoising_strips(SIZE, &[1.0], &[]).is_err());
    }

    #[test]
    fn curves_over_gamma_carry_their_standard_errors() {
        let at = |gamma: f64| Scored {
            gamma,
            accuracy: (0.9, 0.01),
            fd: (gamma, 0.2),
            coverage: (0.8, 0.02),
        };
        let way = Way { title: "a".into(), role: Role::Guided, found: vec![at(0.0), at(2.0)] };
        let figure = images_over_gamma(&[way.clone(), way], &at(1.0), 100).unwrap();
        let text = drawn(&figure);
        assert!(
            text.lines().any(|l| l.ends_with("2.0,2.0,,,0.2") || l.ends_with("2,2,,,0.2")),
            "{text}"
        );
        assert!(figure.numbers.contains(&("a, γ = 2: FD, se".into(), 0.2)));
        assert!(images_over_gamma(&[], &at(1.0), 100).is_err());
    }
}
