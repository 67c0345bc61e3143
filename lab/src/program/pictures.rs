//! The figures of `scorelab plot` that are drawn of images.

use super::plot::{Drawn, FigureName, Plot};
use crate::judge::Yardstick;
use crate::steering::Steering;
use ndarray::{Array2, ArrayView2};
use scorelab::data::to_pixels;
use scorelab::guidance::Gamma;
use scorelab::metrics::Judgement;
use scorelab::{Error, Result};
use scorelab_figures::lecture::{self, Judged, Scored, StripWalk, Way};
use scorelab_figures::plot::{Figure, Role, Text, words};

/// Samples of each class on a sheet.
const EACH: usize = 3;
/// Sheets of a figure.
const SHEETS: usize = 6;
/// Rows of a figure of hybrids.
const ROWS: usize = 4;

impl Plot {
    /// Draws one figure of images.
    ///
    /// # Errors
    /// If it is not one of images, or a judge or a class is missing.
    pub(super) fn draw_images(
        &self,
        name: FigureName,
        source: &Steering,
        gammas: &[Gamma],
    ) -> Result<Drawn> {
        if source.class.is_none() {
            let must = "given: these figures are of images of a class";
            return Err(Error::value("--class", "left out", must));
        }
        if source.all && matches!(name, FigureName::Denoising | FigureName::Hybrid) {
            return Err(Error::value("--class", "all", "one class for this figure"));
        }
        Ok(match name {
            FigureName::Sheets => self.sheets(source, gammas)?.into(),
            FigureName::Denoising => self.denoising(source, gammas[gammas.len() - 1])?.into(),
            FigureName::Hybrid => self.hybrid_images(source, gammas)?.into(),
            FigureName::Fidelity => self.images_over_gamma(source, gammas)?.into(),
            _ => {
                let must = "one of a scene: this figure is not one of images";
                return Err(Error::value("--score", &self.score.score, must));
            }
        })
    }

    /// Samples of each class, a sheet for each γ.
    fn sheets(&self, source: &Steering, gammas: &[Gamma]) -> Result<Figure> {
        if gammas.len() > SHEETS {
            let value = format!("{} numbers", gammas.len());
            return Err(Error::value("--gamma", value, format!("at most {SHEETS} of them here")));
        }
        let classes = source.data.class_names().len();
        let wanted: Vec<usize> = (0..EACH * classes).map(|i| i / EACH).collect();
        let mut sheets = Vec::new();
        for gamma in gammas {
            sheets.push((gamma.value(), source.pixels(*gamma, Some(&wanted))?));
        }
        let size = size(source);
        lecture::contact_sheets("digits_samples", source.title(), size, classes, &sheets)
    }

    /// One noise, free and steered.
    fn denoising(&self, source: &Steering, gamma: Gamma) -> Result<Figure> {
        let (process, grid, sampler, seed) =
            (&source.process, &source.grid, &source.sampler, source.seed);
        let z = source.starts(1, source.data.dim());
        let walk = StripWalk { process, grid, sampler, seed };
        let pixels = |x: ArrayView2<f64>| to_pixels(source.finished(x.to_owned()).0.view());
        let title = words::GUIDED.then(format!(", γ = {}: ", gamma.value())).then(target(source));
        let (grey, red) = (Role::Unconditional, Role::Guided);
        let guided = source.guided(source.class, gamma, &[]);
        let strips = [
            walk.strip(words::UNCONDITIONAL, grey, &source.free(), (z.view(), 0), pixels),
            walk.strip(title, red, &guided, (z.view(), 0), pixels),
        ];
        lecture::denoising_strips(size(source), &walk.levels(), &strips)
    }

    /// F8 on images.
    fn hybrid_images(&self, source: &Steering, gammas: &[Gamma]) -> Result<Figure> {
        let by = self.yardstick(source)?;
        let images = self.over(source, &by, gammas)?;
        let class = source.class.unwrap_or(0);
        let judged = Judged::new(images, class, |pixels| by.probabilities(pixels));
        let morph = judged.morph(source.title(), &judged.telling(ROWS));
        let gammas: Vec<f64> = gammas.iter().map(|g| g.value()).collect();
        lecture::hybrid_images(target(source), size(source), &gammas, &[morph])
    }

    /// F10 on images.
    fn images_over_gamma(&self, source: &Steering, gammas: &[Gamma]) -> Result<Figure> {
        let by = self.yardstick(source)?;
        let scored = |gamma: f64, judged: Judgement| Scored {
            gamma,
            accuracy: judged.accuracy.pair(),
            fd: judged.fd,
            coverage: judged.prdc.coverage,
        };
        let images = self.over(source, &by, gammas)?;
        let at = |(gamma, pixels): (&Gamma, _)| scored(gamma.value(), by.judged(pixels));
        let found = gammas.iter().zip(&images).map(at).collect();
        let role = if source.learned_classifier() { Role::Likelihood } else { Role::Guided };
        let way = Way { title: source.title(), role, found };
        lecture::images_over_gamma(&[way], &scored(f64::NAN, by.floor()), source.samples)
    }

    fn yardstick(&self, source: &Steering) -> Result<Yardstick> {
        let n = source.samples;
        if n < 20 {
            return Err(Error::value("--samples", n, "at least 20, to measure by"));
        }
        Yardstick::open(self.judge.as_deref(), source)
    }

    /// The samples at each γ.
    fn over(&self, source: &Steering, by: &Yardstick, gammas: &[Gamma]) -> Result<Vec<Array2<u8>>> {
        let at = |gamma: &Gamma| source.pixels(*gamma, by.wanted.as_deref());
        gammas.iter().map(at).collect()
    }
}

/// Height and width of the images.
fn size(source: &Steering) -> (usize, usize) {
    let [none, dim] = [0, source.data.dim()];
    let (_, size) = source.finished(Array2::zeros((none, dim)));
    size.expect("a source of images")
}

fn target(source: &Steering) -> Text {
    let names = source.data.class_names();
    let name = &names[source.class.unwrap_or(0)];
    (name.en.clone(), name.vi.clone()).into()
}
