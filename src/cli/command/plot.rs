//! `scorelab plot`: figures of the lecture, of any score and scene.

use super::Common;
use super::answer::Answer;
use super::source::{ScoreArgs, Source};
use super::walk::{WalkArgs, finite as gammas};
use crate::cli::Look;
use crate::guidance::Gamma;
use crate::lecture::{self, Arm, Setting};
use crate::plot::{self, Figure, Output, Text};
use crate::{Error, Result};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::PathBuf;

/// The menu of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FigureName {
    /// F1: noise chooses the class
    Uncontrolled,
    /// F2: the same noise, led to the target by a classifier
    Steering,
    /// F3: the score field as the noise falls
    Field,
    /// F4: the score of all classes and of one
    TwoScores,
    /// F5: Bayes' rule at a point
    BayesSum,
    /// F6: Bayes' rule over the plane
    BayesPlane,
    /// F7: one noise, two paths, and a classifier's push between them
    Trajectories,
    /// F8: where samples end at each γ, by a classifier
    Hybrid,
    /// F9: six starting points, γ from 0 up
    Sweep,
    /// F11: the drift past the target at large γ
    Overshoot,
    /// F17: steered away at γ below 0
    Away,
    /// F21: γ = 3 by every sampler, on the scene two-1d
    Samplers,
    /// F22: γ = 4 in an interval of σ, on the scene far-mode-1d
    Interval,
}

/// The arguments of `plot`.
#[derive(Debug, Clone, Args)]
pub struct Plot {
    /// The figures
    #[arg(value_enum, required = true, value_name = "FIGURE")]
    pub figures: Vec<FigureName>,
    #[command(flatten)]
    pub score: ScoreArgs,
    /// Guidance scales, for the figures that do not have their own
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true, default_value = "0,1,2,5")]
    pub gamma: Vec<f64>,
    #[command(flatten)]
    pub walk: WalkArgs,
    #[command(flatten)]
    pub look: Look,
    /// The folder of the figures
    #[arg(long, value_name = "FOLDER", default_value = "out/plot")]
    pub out: PathBuf,
    #[command(flatten)]
    pub common: Common,
}

impl Plot {
    /// Draws the figures and lists their files.
    ///
    /// # Errors
    /// If an argument cannot be, a figure cannot be drawn of this scene or score, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let source = Source::new(&self.with_class())?;
        let Some(scene) = source.scene() else {
            let must = "one of a scene: these figures are drawn in the plane";
            return Err(Error::value("--score", &self.score.score, must));
        };
        if !self.walk.interval.is_empty() {
            return Err(Error::value(
                "--interval",
                "given",
                "left out: the figures have their own",
            ));
        }
        let gammas = gammas(&self.gamma)?;
        let (process, grid) = self.walk.check(source.dim(), self.common.memory)?;
        let (class, method) = (source.class.unwrap_or(0), self.walk.sampler.method());
        let seed = self.walk.seed;
        let setting = Setting { scene, class, process, grid: &grid, sampler: &method, seed };
        let mut answer = Answer::new(["figure", "file"]);
        for name in &self.figures {
            for figure in self.draw(*name, &source, &setting, &gammas)? {
                for file in plot::write(&figure, &self.output())? {
                    answer.row([figure.stem.as_str().into(), file.display().to_string().into()]);
                }
            }
        }
        answer.write(self.common.format, None)
    }

    /// The score's arguments, in which the first class stands where none is wanted but something steers.
    fn with_class(&self) -> ScoreArgs {
        let mut args = self.score.clone();
        let free = args.score != "exact" && args.classifier.is_none();
        if args.class.is_none() && !free {
            args.class = Some("0".into());
        }
        args
    }

    fn draw(
        &self,
        name: FigureName,
        source: &Source,
        s: &Setting,
        gammas: &[Gamma],
    ) -> Result<Vec<Figure>> {
        let n = self.walk.samples;
        let (one, title) = (Gamma::new(1.0)?, source.title());
        let level = s.level_by_radius(0.6);
        Ok(match name {
            FigureName::Uncontrolled => {
                vec![source.free(|score| lecture::uncontrolled(s, score, n))?]
            }
            FigureName::Steering => {
                vec![source.apart(|score, judge| lecture::steering(s, score, judge, one, n))??]
            }
            FigureName::Field if source.learned() => {
                vec![source.free(|score| lecture::field_over_noise(s, Some(score)))?]
            }
            FigureName::Field => vec![lecture::field_over_noise(s, None)?],
            FigureName::TwoScores => vec![lecture::two_scores(s)?],
            FigureName::BayesSum => {
                let point = lecture::open_point(s, level, one)?;
                vec![lecture::bayes_sum(s, point, level, one, None)?]
            }
            FigureName::BayesPlane => vec![lecture::bayes_plane(s, level)?],
            FigureName::Trajectories => {
                let two = Gamma::new(2.0)?;
                vec![source.apart(|score, judge| {
                    lecture::three_trajectories(s, score, judge, two, gammas)
                })??]
            }
            FigureName::Hybrid => source.apart(|score, likelihood| {
                lecture::hybrid(s, &[Arm { title, score, likelihood }], gammas, n)
            })??,
            FigureName::Sweep => {
                vec![source.steer(|steer| lecture::gamma_sweep(s, title, steer, gammas))??]
            }
            FigureName::Overshoot => {
                let over: Vec<Gamma> =
                    gammas.iter().copied().filter(|g| g.value() >= 1.0).collect();
                vec![source.steer(|steer| lecture::overshoot(s, title, steer, &over, n))??]
            }
            FigureName::Away => {
                let below = [0.0, -0.25, -0.5, -0.75, -1.0].map(Gamma::new);
                let below = below.into_iter().collect::<Result<Vec<_>>>()?;
                vec![source.steer(|steer| lecture::away(s, title, steer, &below, n))??]
            }
            FigureName::Samplers => {
                let [samplers, _] = lecture::over_a_line(s, n)?;
                vec![samplers]
            }
            FigureName::Interval => {
                let [_, interval] = lecture::over_a_line(s, n)?;
                vec![interval]
            }
        })
    }

    fn output(&self) -> Output {
        let meta = json!({
            "score": self.score.score,
            "class": self.score.class,
            "gamma": self.gamma,
            "seed": self.walk.seed,
            "steps": self.walk.steps,
            "samples": self.walk.samples,
        });
        Output {
            dir: self.out.clone(),
            formats: self.look.formats.clone(),
            theme: self.look.theme.into(),
            lang: self.look.lang.into(),
            meta,
            ..Output::default()
        }
    }
}

impl Source {
    /// What steers, in words.
    fn title(&self) -> Text {
        match (self.judged(), self.learned()) {
            (true, _) => Text::new("learned classifier", "bộ phân loại đã học"),
            (false, true) => Text::new("one joint network", "một mạng học chung"),
            (false, false) => Text::new("exact", "chính xác"),
        }
    }
}
