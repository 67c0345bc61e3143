//! What is said of a way to guide beside ordinary guidance.

use crate::table::Table;
use scorelab::guidance::Gamma;
use scorelab::metrics::{Difference, RANKING_LEVEL, Ranking};
use scorelab::number::{plus_minus, significant};
use scorelab_figures::plot::Text;

/// A difference below this share of the rival's distance counts as none.
pub const LEAST_SHARE: f64 = 0.01;

/// How much farther from a target one arm ends than another.
pub struct Judged {
    /// The place of the arm among all.
    pub arm: usize,
    /// What it is held to.
    pub rival: Rival,
    /// The names of both.
    pub names: [String; 2],
    /// The solver's steps.
    pub steps: usize,
    /// What the target is called.
    pub target: &'static str,
    /// The difference of their energy distances.
    pub found: Difference,
    /// A difference that does not matter: [`LEAST_SHARE`] of the rival's distance, or rounding, as between two walks
    /// along one score by different sums.
    pub least: f64,
}

/// What a way to guide is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rival {
    /// The conditional score, which is ordinary guidance at γ = 1.
    Conditional,
    /// Ordinary guidance at the γ that all have.
    EqualGamma,
    /// Ordinary guidance at its own effective scale.
    OwnGamma,
}

impl Judged {
    fn ranking(&self) -> Ranking {
        if self.found.value.abs() <= self.least {
            return Ranking::NotToldApart;
        }
        self.found.ranking()
    }
}

/// Whether a scale is so near to this γ that ordinary guidance at both is one walk.
pub fn is_same(scale: f64, gamma: Gamma) -> bool {
    (scale - gamma.value()).abs() < 1e-6 * gamma.value().abs().max(1.0)
}

/// The table of all of them.
pub fn verdicts(judged: &[Judged]) -> Table {
    let mut table = Table::new(&["score", "against", "steps", "nearer to", "by", "verdict"]);
    table.notes = vec![
        "by: how much smaller the energy distance is ± one standard error".into(),
        format!(
            "better or worse: at the {:.0} % level, from the same noise, and by more than {:.0} % of the other's distance",
            100.0 * RANKING_LEVEL,
            100.0 * LEAST_SHARE
        ),
        "guided, γ = …: ordinary guidance at the effective γ of the score that is held to it"
            .into(),
    ];
    for judged in judged {
        let Judged { names: [name, known], steps, target, found, .. } = judged;
        table.row(&[
            name.clone(),
            known.clone(),
            steps.to_string(),
            target.to_string(),
            plus_minus((0.0 - found.value, found.se)),
            judged.ranking().to_string(),
        ]);
    }
    table
}

/// What the distances to p(x|c) at twice the steps say of an arm with this effective scale.
pub fn said(gamma: Gamma, scale: Option<f64>, arm: usize, judged: &[Judged]) -> Text {
    let of = |rival: Rival| {
        let own = judged.iter().filter(|j| j.arm == arm && j.rival == rival);
        own.filter(|j| j.target == "p(x|c)").max_by_key(|j| j.steps)
    };
    let Some(at_gamma) = of(Rival::EqualGamma) else { return Text::default() };
    let (name, g) = (&at_gamma.names[0], gamma.value());
    let first = Text::from((format!("{name} ends "), format!("{name} kết thúc ")))
        .then(ends(at_gamma.ranking()))
        .then((
            format!(" ordinary guidance at γ = {g}"),
            format!(" điều hướng thường với γ = {g}"),
        ));
    let beside = match (scale, of(Rival::OwnGamma)) {
        (Some(own), _) if is_same(own, gamma) => {
            first.then((", which is its own effective γ", ", cũng là γ hiệu dụng của nó"))
        }
        (Some(own), Some(at_own)) => first
            .then((", and ", ", và "))
            .then(ends(at_own.ranking()))
            .then((
                format!(" ordinary guidance at its own effective γ = {}", significant(own, 3)),
                format!(" điều hướng thường ở γ hiệu dụng của nó, {}", significant(own, 3)),
            ))
            .then(so(at_own.ranking())),
        _ => first.then((
            ", and has no effective γ to be held to",
            ", và không có γ hiệu dụng nào để so",
        )),
    };
    match of(Rival::Conditional) {
        Some(at_one) if g != 1.0 => beside
            .then(("; it ends ", "; nó kết thúc "))
            .then(ends(at_one.ranking()))
            .then((" the conditional score, γ = 1", " score có điều kiện, γ = 1")),
        _ => beside,
    }
}

fn ends(ranking: Ranking) -> Text {
    match ranking {
        Ranking::Better => Text::new("nearer to p(x|c) than", "gần p(x|c) hơn"),
        Ranking::Worse => Text::new("farther from p(x|c) than", "xa p(x|c) hơn"),
        Ranking::NotToldApart => {
            Text::new("as near to p(x|c), as far as can be told, as", "không phân biệt được với")
        }
    }
}

/// What follows from the verdict at its own effective scale.
fn so(ranking: Ranking) -> Text {
    match ranking {
        Ranking::Better => {
            Text::new(": better than that γ alone", ": tốt hơn việc chỉ đổi sang γ ấy")
        }
        Ranking::Worse => Text::new(": that γ alone does better", ": chỉ đổi sang γ ấy đã tốt hơn"),
        Ranking::NotToldApart => {
            Text::new(": no better than another γ", ": không hơn gì việc đổi sang một γ khác")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Contest;
    use crate::flags::MethodFlags;
    use scorelab::data::Scene;
    use scorelab::guidance::{Guided, Scheduled};
    use scorelab::methods::Score;
    use scorelab::noise::{Grid, Process, Spacing};
    use scorelab::sampler::{AnySampler, Heun};
    use scorelab_figures::lecture::Setting;
    use std::sync::Arc;

    /// γ of ordinary guidance.
    const GAMMA: f64 = 3.0;

    fn idea(
        gamma: impl Fn(f64) -> f64 + Send + Sync + Clone + 'static,
    ) -> impl Fn(Score, Score) -> Score {
        move |main, guiding| Arc::new(Scheduled { main, guiding, gamma: gamma.clone() }) as Score
    }

    #[test]
    fn an_idea_that_is_only_a_smaller_gamma_is_no_better_than_that_gamma_and_one_that_guides_between_levels_is()
     {
        let (scene, process) = (Scene::named("three").unwrap(), Process::VP_LINEAR);
        let grid = Grid::to_data(&process, Spacing::KARRAS, 24).unwrap();
        let sampler = AnySampler::new(Heun);
        let setting =
            Setting { scene: &scene, class: 0, process, grid: &grid, sampler: &sampler, seed: 3 };
        let gamma = Gamma::new(GAMMA).unwrap();
        let contest = Contest { setting, samples: 1000, gamma, at_once: false, learned: None };
        let smaller = |main, guiding| {
            Arc::new(Guided { main, guiding, gamma: Gamma::new(2.0).unwrap() }) as Score
        };
        // in the middle of the noise alone, as the method `interval` does
        let between = idea(|ratio| if (0.2..2.0).contains(&ratio) { GAMMA } else { 1.0 });
        let same = idea(|_| GAMMA);
        let mine: [(&str, crate::experiment::Made); 3] =
            [("smaller", &smaller), ("between", &between), ("same", &same)];
        let found = contest.held(&mine, &MethodFlags::default()).unwrap();
        let said: Vec<&str> = found.said.iter().map(|said| &*said.en).collect();
        assert!(
            said[0].contains("smaller ends nearer to p(x|c) than ordinary guidance at γ = 3"),
            "{said:?}"
        );
        assert!(said[0].contains(": no better than another γ; it ends"), "{said:?}");
        assert!(said[1].contains(": better than that γ alone; it ends"), "{said:?}");
        assert!(said[2].contains("at γ = 3, which is its own effective γ; it ends"), "{said:?}");
        assert!(
            said[2].ends_with("farther from p(x|c) than the conditional score, γ = 1"),
            "{said:?}"
        );
        let held = |name: &str| found.verdicts.rows.iter().filter(|row| row[0] == name).count();
        assert_eq!(
            (held("smaller"), held("same")),
            (12, 8),
            "two steps, two targets, two rivals or three"
        );
    }
}
