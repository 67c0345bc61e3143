//! F2 on images: from one noise to an image, free and steered.

use super::prelude::*;
use ndarray::ArrayView2;
use scorelab::Error;
use scorelab::noise::{Grid, Process};
use scorelab::sampler::{AnySampler, start, trajectories_rows};

pub const SPEC: Spec = Spec {
    name: "denoising",
    stem: "02_denoising_digits",
    part: CONTROL,
    latex: GUIDED_SUM,
    title: Text::new("From the same noise to an image", "Từ cùng một nhiễu tới ảnh"),
    caption: Text::new(
        "x_t on its way from noise to data, and below it the image that the score expects at the end.",
        "x_t trên đường từ nhiễu tới dữ liệu, và bên dưới là ảnh mà score mong đợi ở cuối.",
    ),
    needs: &[Need::Images, Need::OneClass, Need::OneScore, Need::LastGamma],
    uses: &[Use::Walk, Use::Method],
    draw,
};

/// One noise, free and steered.
fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let (images, gamma) = (i.images(), i.last_gamma());
    let (process, grid, sampler, seed) =
        (&images.process, images.grid, images.sampler, images.seed);
    let z = start(1, i.score.dim(), process, grid, seed);
    let walk = StripWalk { process, grid, sampler, seed };
    let led = words::GUIDED.then(format!(", γ = {}: ", gamma.value())).then(images.target.clone());
    let strip = |title, role, score: &dyn ScoreFn| {
        walk.strip(title, role, score, (z.view(), 0), &images.pixels)
    };
    let strips = [
        strip(words::UNCONDITIONAL, Role::Unconditional, &i.score),
        strip(led, Role::Guided, &(i.guided)(gamma)),
    ];
    Ok(vec![denoising_strips(images.size, i.score.dim(), &walk.levels(), &strips)?])
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
    /// D(x_t), the score's E[x₀ | x_t] (columns, height·width).
    pub denoised: Array2<u8>,
}

/// Strips from noise to image, one above the other, from the same noise; `levels` are σ/α of the columns.
///
/// x_t has so many `components`; where they are fewer than the pixels, noise does not look like that of a screen, and a footer
/// says why.
///
/// # Errors
/// If there are no strips or more than two.
pub fn denoising_strips(
    size: (usize, usize),
    components: usize,
    levels: &[f64],
    strips: &[Strip],
) -> Result<Figure> {
    if !(1..=2).contains(&strips.len()) {
        return Err(Error::value("the number of strips", strips.len(), "1 or 2"));
    }
    let mut f = SPEC.figure();
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
    f.notes = notes(size.0 * size.1, components);
    Ok(f)
}

/// What stands above the images, and where the noise lives if not in the pixels.
fn notes(pixels: usize, components: usize) -> Vec<Text> {
    let mut notes = vec![Text::new(
        "above the images: σ/α;  D(x_t) = E[x_0 ∣ x_t] as the score has it",
        "trên các ảnh: σ/α;  D(x_t) = E[x_0 ∣ x_t] theo score",
    )];
    if components < pixels {
        notes.push(Text::from((
            format!("The noise lives in the {components} components of x_t, so an image of it is a sum of {components} patterns."),
            format!("Nhiễu nằm trong {components} thành phần của x_t, nên ảnh của nó là tổng của {components} hoạ tiết."),
        )));
    }
    notes
}

/// A frame around the last of the walked images, the sample.
pub(super) fn framed(columns: usize, role: Role) -> Vec<Option<Role>> {
    (0..2 * columns).map(|i| (i + 1 == columns).then_some(role)).collect()
}

/// Images of a strip.
const COLUMNS: usize = 10;
/// σ/α of the second image, and of the last but one.
const BETWEEN: (f64, f64) = (30.0, 0.3);

/// A walk that is shown as a strip.
#[derive(Debug, Clone, Copy)]
pub struct StripWalk<'a> {
    /// The noise process.
    pub process: &'a Process,
    /// Its times.
    pub grid: &'a Grid,
    /// The rule that walks.
    pub sampler: &'a AnySampler,
    /// The seed of the sampler's noise.
    pub seed: u64,
}

impl StripWalk<'_> {
    /// Which of the times are shown: the first, the last, and those between at which σ/α first falls below a power.
    fn shown(&self) -> Vec<usize> {
        let steps = self.grid.steps();
        let below = |r: f64| (0..steps).position(|time| self.level(time).ratio() <= r);
        let (from, to) = BETWEEN;
        let ratio = |i: usize| from * (to / from).powf(i as f64 / (COLUMNS - 3) as f64);
        let between = (0..COLUMNS - 2).map(|i| below(ratio(i)).unwrap_or(steps));
        std::iter::once(0).chain(between).chain([steps]).collect()
    }

    fn level(&self, time: usize) -> NoiseLevel {
        self.process.level(self.grid.times()[time])
    }

    /// σ/α of the columns.
    pub fn levels(&self) -> Vec<f64> {
        self.shown().into_iter().map(|time| self.level(time).ratio()).collect()
    }

    /// x_t of row `row` of `start` (n, d) at the times shown, at the scale of the data, and what `score` expects there;
    /// `pixels` (n, d) → (n, height·width).
    pub fn strip(
        &self,
        title: Text,
        role: Role,
        score: &dyn ScoreFn,
        (start, row): (ArrayView2<f64>, usize),
        pixels: impl Fn(ArrayView2<f64>) -> Array2<u8>,
    ) -> Strip {
        let parts = [(score, self.grid)];
        let (process, seed) = (self.process, self.seed);
        let path = trajectories_rows(self.sampler, &parts, process, start, &[row], seed);
        let (mut walked, mut denoised) = (Vec::new(), Vec::new());
        for time in self.shown() {
            let (x, here) = (path.slice(slice![time, .., ..]), self.level(time));
            let scale = here.alpha.hypot(here.sigma); // 1 for the processes that preserve the variance
            walked.push(x.mapv(|x| x / scale));
            // at σ = 0 it is the sample itself
            denoised.push(if here.sigma > 0.0 { score.denoised(x, here) } else { x.to_owned() });
        }
        let images = |rows: &[Array2<f64>]| {
            let views: Vec<_> = rows.iter().map(|x| x.view()).collect();
            let rows = ndarray::concatenate(Dim(0), &views).expect("points of one dimension");
            pixels(rows.view())
        };
        Strip { title, role, walked: images(&walked), denoised: images(&denoised) }
    }
}
