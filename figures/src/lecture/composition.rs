//! F20: captions that no training has seen: digits by what they wear, and one z under several captions.

use super::inputs::ImageInputs;
use super::prelude::*;
use scorelab::data::{Attribute, Caption, ClassName};
use scorelab::metrics::{Interval, Shown};
use scorelab::sampler::{sample, start};

pub const SPEC: Spec = Spec {
    name: "composition",
    stem: "20_composition",
    part: CONDITIONS,
    latex: r"s_\gamma = (1 - \gamma)\, s_\theta(x_t, \varnothing) + \gamma\, s_\theta(x_t, \text{“a three wearing sunglasses”})",
    title: Text::new(
        "Captions that no training has seen",
        "Những chú thích mà quá trình học chưa từng thấy",
    ),
    caption: Text::new(
        "One network has learned digits and what they wear from captions; each framed cell was held out, and is asked for all the same.",
        "Một mạng học chữ số và những gì chúng mang từ chú thích; mỗi ô có khung được để riêng khi học, nhưng vẫn được yêu cầu.",
    ),
    needs: &[Need::Images, Need::Captions, Need::LastGamma],
    uses: &[Use::Walk, Use::Samples],
    draw: |i: &Inputs| composition(i.images(), i.last_gamma(), i.samples),
};

/// Columns of the grid: the digits.
const DIGITS: usize = 10;
/// Cells of the grid, a row for nothing and for each attribute.
const CELLS: usize = DIGITS * (1 + Attribute::ALL.len());
/// Rows of the strip, each from a z of its own.
const STRIP: usize = 4;

/// The digit of the strip, what it wears, and how its columns are called.
const WORN: [(&[Attribute], Text); 4] = [
    (&[], Text::new("a three", "số ba")),
    (&[Attribute::Sunglasses], Text::new("… wearing sunglasses", "… đeo kính râm")),
    (&[Attribute::Bold, Attribute::Hat], Text::new("… bold, wearing a hat", "… đậm, đội mũ")),
    (
        &[Attribute::Bold, Attribute::Underlined],
        Text::new("… bold, underlined", "… đậm, gạch chân"),
    ),
];
const THREE: usize = 3;

/// The caption of a cell of the grid.
fn caption(cell: usize) -> Caption {
    let worn = (cell / DIGITS).checked_sub(1).map(|row| Attribute::ALL[row]);
    Caption { class: cell % DIGITS, attributes: worn.into_iter().collect() }
}

/// F20: an image of each digit with each attribute beside the share of n images of all cells together that wear what is asked
/// for and nothing else, measured from their pixels; and a digit under several captions, a row from each z.
///
/// # Errors
/// If n is not one image for each cell at least, or the network knows no captions.
pub fn composition(images: &ImageInputs, gamma: Gamma, n: usize) -> Result<Vec<Figure>> {
    at_least("samples", n, CELLS)?;
    let cells: Vec<Array2<u8>> =
        (0..CELLS).map(|cell| images.under(caption(cell), gamma, n / CELLS)).collect();
    let [grid, worn] = grid(images, gamma, &cells);
    Ok(vec![grid, strip(images, gamma), worn])
}

/// The images, and how often they wear what is asked.
fn grid(images: &ImageInputs, gamma: Gamma, cells: &[Array2<u8>]) -> [Figure; 2] {
    let mut f = slide("20a_composition", at(gamma), SPEC.caption.clone());
    let first = |cell: &Array2<u8>| cell.row(0).to_owned();
    let mut pixels = Array2::zeros((CELLS, cells[0].ncols()));
    cells.iter().enumerate().for_each(|(i, cell)| pixels.row_mut(i).assign(&first(cell)));
    let held_out = |cell| caption(cell).is_in_held_out_cell();
    let sheet = Sheet {
        pixels,
        size: images.size,
        columns: DIGITS,
        above: digits().collect(),
        left: worn().collect(),
        frames: (0..CELLS).map(|cell| held_out(cell).then_some(Role::Guided)).collect(),
        ..Sheet::default()
    };
    let right: Vec<Vec<bool>> =
        cells.iter().enumerate().map(|(i, c)| wears(c, caption(i))).collect();
    let share = |of: &dyn Fn(usize) -> bool| {
        let hits = right.iter().enumerate().filter(|(cell, _)| of(*cell));
        Interval::of_hits(hits.flat_map(|(_, hits)| hits.iter().copied()))
    };
    let [seen, held] = [share(&|cell| !held_out(cell)), share(&held_out)];
    let shares = Array2::from_shape_fn((CELLS / DIGITS, DIGITS), |(row, digit)| {
        let hits = &right[DIGITS * row + digit];
        hits.iter().filter(|hit| **hit).count() as f64 / hits.len() as f64
    });
    f.panels = vec![sheet_panel("", "a column for each digit, a row for what it wears", sheet)];
    let mut told = slide("20c_worn", at(gamma), SPEC.caption.clone());
    told.panels = vec![heat(&shares)];
    for (cell, hits) in right.iter().enumerate() {
        let share = Interval::of_hits(hits.iter().copied());
        told.measured(&caption(cell).english(), "what it wears is right", share.pair());
    }
    let (seen_said, held_said) = (percent(seen), percent(held));
    told.measured("seen", "what it wears is right", seen.pair());
    told.measured("held out", "what it wears is right", held.pair());
    let each = right[0].len();
    let many = if each == 1 { "one image".into() } else { format!("{each} images") };
    told.notes = vec![Text::from((
        format!(
            "{many} a cell; worn as asked and nothing else: seen {seen_said}, held out {held_said}"
        ),
        format!(
            "mỗi ô {each} ảnh; mang đúng những gì được yêu cầu: đã thấy {seen_said}, để riêng {held_said}"
        ),
    ))];
    f.notes = vec![Text::new("framed: held out of the training", "có khung: để riêng khi học")];
    [f, told]
}

/// The title at a γ.
fn at(gamma: Gamma) -> Text {
    SPEC.title.then(format!(", γ = {}", gamma.value()))
}

/// The names of the columns.
fn digits() -> impl Iterator<Item = Text> {
    (0..DIGITS).map(|digit| digit.to_string().into())
}

/// The names of the rows.
fn worn() -> impl Iterator<Item = Text> {
    let text = |ClassName { en, vi }| Text::from((en, vi));
    let plain = std::iter::once(Text::new("plain", "trơn"));
    plain.chain(Attribute::ALL.into_iter().map(move |a| text(a.name())))
}

/// Whether each image (n, 28·28) wears what the caption says, and nothing else.
fn wears(pixels: &Array2<u8>, caption: Caption) -> Vec<bool> {
    let shown = Shown::in_images(pixels.view(), &vec![None; pixels.nrows()], false);
    shown.iter().map(|shown| shown.attributes == caption.attributes).collect()
}

/// What is worn from the top, digits from the left, each cell with its share, the held-out ones framed.
fn heat(shares: &Array2<f64>) -> Panel {
    let rows = shares.nrows();
    let height = |row: usize| (rows - 1 - row) as f64;
    let mut values = shares.clone();
    values.invert_axis(Dim(0));
    let (x, y) = ((-0.5, DIGITS as f64 - 0.5), (-0.5, rows as f64 - 0.5));
    let top = Some(1.6); // numbers stay legible on every cell
    let density = Density { values, x, y, top, smooth: false, ..Density::default() };
    let cells = shares.indexed_iter().map(|((row, digit), share)| {
        ([digit as f64, height(row)], format!("{:.0}", 100.0 * share).into())
    });
    let numbers = Labels { at: cells.collect(), side: Side::On, ..Labels::default() };
    let around = |digit: usize| {
        let (x, y) = (digit as f64, height(1 + Caption::held_out_cell(digit) as usize));
        let corner = |(dx, dy): (f64, f64)| [x + 0.46 * dx, y + 0.46 * dy];
        arr2(&[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)].map(corner))
    };
    let frames = Paths { lines: (0..DIGITS).map(around).collect(), ..Paths::default() };
    let desc = "digits by what they wear, darker where larger";
    Panel {
        title: Text::new("worn as asked, %", "mang đúng yêu cầu, %"),
        x: Axis::new("", x).with_ticks(digits().enumerate().map(|(d, name)| (d as f64, name))),
        y: Axis::new("", y).with_ticks(worn().enumerate().map(|(i, name)| (height(i), name))),
        layers: vec![
            Layer::new("shares", desc, Role::Muted, density),
            Layer::new("held out", "the cells that were held out", Role::Guided, frames),
            Layer::new("numbers", "the share of each cell", Role::Neutral, numbers),
        ],
        ..Panel::default()
    }
}

fn strip(images: &ImageInputs, gamma: Gamma) -> Figure {
    let of =
        |worn: &[Attribute]| Caption { class: THREE, attributes: worn.iter().copied().collect() };
    let columns: Vec<Array2<u8>> =
        WORN.iter().map(|(worn, _)| images.under(of(worn), gamma, STRIP)).collect();
    let n = WORN.len();
    let mut pixels = Array2::zeros((STRIP * n, columns[0].ncols()));
    for (cell, mut row) in pixels.outer_iter_mut().enumerate() {
        row.assign(&columns[cell % n].row(cell / n));
    }
    let frame = |cell: usize| of(WORN[cell % n].0).held_out_pair().map(|_| Role::Guided);
    let sheet = Sheet {
        pixels,
        size: images.size,
        columns: n,
        above: WORN.iter().map(|(_, name)| name.clone()).collect(),
        left: (0..STRIP).map(|z| format!("z{}", z + 1).into()).collect(),
        frames: (0..STRIP * n).map(frame).collect(),
        ..Sheet::default()
    };
    let title = Text::new("One z under several captions", "Một z với nhiều chú thích");
    let mut f =
        slide("20b_one_z", title.then(format!(", γ = {}", gamma.value())), SPEC.caption.clone());
    f.panels = vec![sheet_panel("", "a row for each z, a column for each caption", sheet)];
    f.notes = vec![Text::new(
        "framed: no training has seen these two together",
        "có khung: quá trình học chưa từng thấy hai thứ này cùng nhau",
    )];
    f
}

impl ImageInputs<'_> {
    /// n images of a caption, the i-th of every caption from the same noise (n, height·width).
    ///
    /// # Panics
    /// If the network knows no captions.
    fn under(&self, caption: Caption, gamma: Gamma, n: usize) -> Array2<u8> {
        let net = self.captions.as_ref().expect("a network that knows captions");
        let score = net.guided(caption, gamma);
        let z = start(n, score.dim(), &self.process, self.grid, self.seed);
        let x = sample(self.sampler, &score, &self.process, self.grid, z.view(), self.seed);
        (self.pixels)(x.view())
    }
}
