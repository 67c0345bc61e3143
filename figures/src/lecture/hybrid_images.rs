//! F8 on images: the same z at several γ, judged.

use super::prelude::*;
use ndarray::{Array3, ArrayView1};
use scorelab::Error;

pub const SPEC: Spec = Spec {
    name: "hybrid",
    stem: "08_hybrid_digits",
    part: CLASSIFIER,
    latex: GUIDED_SUM,
    title: Text::new("The same z at several γ", "Cùng một z với nhiều γ"),
    caption: Text::new(
        "Each row is one z: without a gradient another class, with a weak one a hybrid, with enough of it the class that is wanted.",
        "Mỗi hàng là một z: không có gradient thì ra lớp khác, gradient yếu thì ra mẫu lai, đủ mạnh thì ra đúng lớp đích.",
    ),
    needs: &[Need::Images, Need::OneClass, Need::Judge],
    uses: &[Use::Walk, Use::Gammas, Use::Method, Use::Samples],
    draw,
};

/// Rows that are shown.
const ROWS: usize = 4;
/// The fewest samples to measure by.
pub(super) const FEWEST: usize = 20;

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    at_least("samples", i.samples, FEWEST)?;
    let (by, images) = (i.judge(), i.images());
    let sample = |gamma: &Gamma| (images.samples)(*gamma, by.wanted());
    let gammas = i.usual_gammas();
    let all = gammas.iter().map(sample).collect::<Result<_>>()?;
    let judged = Judged::new(all, i.class.unwrap_or(0), |pixels| by.probabilities(pixels));
    let morph = judged.morph(i.method.clone(), &judged.telling(ROWS));
    let gammas: Vec<f64> = gammas.iter().map(|g| g.value()).collect();
    Ok(vec![hybrid_images(images.target.clone(), images.size, &gammas, &[morph])?])
}

/// The same z at several γ under one method.
#[derive(Clone, Debug)]
pub struct Morph {
    /// What the method is called on the slide.
    pub title: Text,
    /// The images (z, γ, height·width).
    pub images: Array3<u8>,
    /// What the judge gives for p(y | x) of each (z, γ).
    pub confidence: Array2<f64>,
}

/// F8 on images: a row for each z, a column for each γ, with the judge's p(y | x) under every image.
///
/// An image that the judge gives to the target at 0.9 or more is framed as guided; one at γ = 0 as unconditional; one
/// in between, where the judge is not sure of any class, as a hybrid.
///
/// # Errors
/// If there are no methods or more than two.
pub fn hybrid_images(
    target: Text,
    size: (usize, usize),
    gammas: &[f64],
    methods: &[Morph],
) -> Result<Figure> {
    if !(1..=2).contains(&methods.len()) {
        return Err(Error::value("the number of methods", methods.len(), "1 or 2"));
    }
    let listed = gammas.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
    let same = Text::new("The same z at γ = ", "Cùng một z với γ = ").then(listed);
    let title = same.then(Text::new("; wanted: ", "; đích: ")).then(target);
    let mut f = slide(SPEC.stem, title, SPEC.caption.clone());
    f.layout = Some((1, methods.len()));
    f.panels = methods.iter().map(|method| morph_panel(method, size, gammas)).collect();
    for method in methods {
        for ((z, g), p) in method.confidence.indexed_iter() {
            let name = format!("{}, z{}, γ = {}: p(y|x)", method.title.en, z + 1, gammas[g]);
            f.number(name, *p);
        }
    }
    f.notes = vec![Text::new(
        "under each image: p(y ∣ x) by the judge;  green: γ = 0, orange: the wanted class, black or white: a hybrid",
        "dưới mỗi ảnh: p(y ∣ x) theo trọng tài;  xanh lục: γ = 0, cam: đúng lớp đích, đen hoặc trắng: lai",
    )];
    Ok(f)
}

fn morph_panel(method: &Morph, size: (usize, usize), gammas: &[f64]) -> Panel {
    let (rows, columns, pixels) = method.images.dim();
    let flat =
        method.images.to_shape((rows * columns, pixels)).expect("one image a row").to_owned();
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
        under: method.confidence.iter().map(|p| format!("{p:.2}").into()).collect(),
        frames: method.confidence.indexed_iter().map(|(at, p)| frame(at, *p)).collect(),
        ..Sheet::default()
    };
    sheet_panel(method.title.clone(), "a row for each z, a column for each γ", sheet)
}

/// A judge is sure of a class from this p(y | x) on.
pub const SURE: f64 = 0.9;

/// One method from the same noise at several γ, judged: a row for each γ, and in it a number for each sample.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The images (n, height·width) at each γ.
    pub images: Vec<Array2<u8>>,
    /// p(y | x) of the wanted class.
    pub wanted: Vec<Vec<f64>>,
    /// 1 where the judge is [`SURE`] of some class, else 0.
    pub sure: Vec<Vec<f64>>,
}

impl Judged {
    /// Judges images, `probabilities` (n, height·width) → (n, classes) being the judge.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn new(
        images: Vec<Array2<u8>>,
        class: usize,
        probabilities: impl Fn(&Array2<u8>) -> Array2<f64>,
    ) -> Judged {
        let p: Vec<Array2<f64>> = images.iter().map(probabilities).collect();
        let top = |row: ArrayView1<f64>| row.fold(0.0f64, |a, b| a.max(*b));
        let sure = |p: &Array2<f64>| p.outer_iter().map(|p| f64::from(top(p) >= SURE)).collect();
        let sure = p.iter().map(sure).collect();
        Judged { images, wanted: p.iter().map(|p| p.column(class).to_vec()).collect(), sure }
    }

    /// At most n rows to show: first another class, in the middle unsure, at last the wanted one; then whatever comes
    /// nearest to that.
    pub fn telling(&self, n: usize) -> Vec<usize> {
        let last = self.wanted.len() - 1;
        let tells = |i: usize| {
            let (p, middle) = (|g: usize| self.wanted[g][i], last / 2);
            let hybrid = 1.0 - self.sure[middle][i];
            hybrid + f64::from(p(0) < 0.1) * self.sure[0][i] + f64::from(p(last) >= SURE)
                - (p(middle) - 0.5).abs()
        };
        let mut rows: Vec<usize> = (0..self.wanted[0].len()).collect();
        rows.sort_by(|a, b| tells(*b).total_cmp(&tells(*a)));
        rows.truncate(n);
        rows
    }

    /// Some rows as [`hybrid_images`] shows them.
    pub fn morph(&self, title: Text, rows: &[usize]) -> Morph {
        let (n, pixels) = (self.images.len(), self.images[0].ncols());
        Morph {
            title,
            images: Array3::from_shape_fn((rows.len(), n, pixels), |(z, g, i)| {
                self.images[g][[rows[z], i]]
            }),
            confidence: Array2::from_shape_fn((rows.len(), n), |(z, g)| self.wanted[g][rows[z]]),
        }
    }
}
