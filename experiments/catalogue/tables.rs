//! The tables of the catalogue: a row for each method, and how often each is better or worse.

use super::{Half, Row};
use scorelab::methods::{Effective, METHODS};
use scorelab::number::{plus_minus, significant};
use scorelab_lab::{Against, GAMMA_FOOTNOTE, MARGIN, Standing, TABLE_LEVEL, Table};

/// The methods on one scene.
pub fn of(half: &Half) -> Table {
    let mut table = Table::new(&[
        &format!("{}, {}", half.scene, half.scores)[..],
        "evals",
        "γ_eff",
        "across",
        "as sure",
        "to p(x|c)",
        "2N",
        "at γ_eff",
        "at best γ",
        "to the tilt",
        "tilt, at γ_eff",
        "tilt, at best γ",
    ]);
    let best = half.ordinary.best;
    let tilt = match best[1].is_finite() && half.found.iter().any(|row| row.at_best[1].is_some()) {
        true => format!("{} for the tilt", best[1]),
        false => "there is no tilt".into(),
    };
    table.notes = vec![
        format!("class {}; best γ of ordinary guidance: {} for p(x|c), {tilt}", half.class, best[0]),
        "evals: of a score and step; as sure: γ of ordinary guidance with the same mean log p(c|x₀); 2N: with twice the steps".into(),
        "at γ_eff, at best γ: how much farther than ordinary guidance, from the same noise; ± is one standard error".into(),
        GAMMA_FOOTNOTE.into(),
    ];
    half.found.iter().for_each(|row| table.row(&cells(row)));
    table
}

fn cells(row: &Row) -> Vec<String> {
    let found = &row.found;
    let across = match found.effective {
        Effective::Scale { across, .. } => significant(across, 2),
        _ => "–".into(),
    };
    let to = |target: usize| match found.at_best[target] {
        Some(_) => plus_minus(found.ended.distance(target)),
        None => "–".into(),
    };
    let told = |against: Option<Against>, standing: Option<Standing>| {
        let told = |(a, s): (Against, Standing)| format!("{} {}", plus_minus(a.by), s.word());
        against.zip(standing).map_or("–".into(), told)
    };
    let mut cells = vec![
        found.name.to_string(),
        found.cost.to_string(),
        found.effective.to_string(),
        across,
        found.as_sure.map_or("–".into(), |gamma| significant(gamma, 3)),
        to(0),
        significant(found.twice.distance(0).0, 3),
    ];
    for target in [0, 1] {
        if target == 1 {
            cells.push(to(1));
        }
        cells.push(told(found.at_effective[target], row.at_effective[target]));
        cells.push(told(found.at_best[target], row.at_best[target]));
    }
    cells
}

/// How often each method is better, the same, not told apart and worse.
pub fn summary(halves: &[Half]) -> Table {
    let mut table = Table::new(&[
        "method",
        "scores",
        "p(x|c), at γ_eff",
        "p(x|c), at best γ",
        "tilt, at γ_eff",
        "tilt, at best γ",
    ]);
    let words = Standing::ALL.map(Standing::word).join("/");
    table.notes = vec![
        format!(
            "{words} than ordinary guidance, scenes counted; all comparisons together err with probability {TABLE_LEVEL} at most"
        ),
        format!(
            "same: by less than {} % of the distance of unconditional samples, by 2.58 standard errors",
            100.0 * MARGIN
        ),
    ];
    for name in METHODS.iter().map(|method| method.about().name) {
        for scores in ["exact", "learned"] {
            let of_scores = halves.iter().filter(|half| half.scores == scores);
            let rows: Vec<&Row> = of_scores
                .flat_map(|half| half.found.iter().filter(|row| row.found.name == name))
                .collect();
            if rows.is_empty() {
                continue;
            }
            let count = |of: &dyn Fn(&Row) -> Option<Standing>| {
                let count = |standing| rows.iter().filter(|row| of(row) == Some(standing)).count();
                Standing::ALL.map(|standing| count(standing).to_string()).join("/")
            };
            table.row(&[
                name.to_string(),
                scores.into(),
                count(&|row| row.at_effective[0]),
                count(&|row| row.at_best[0]),
                count(&|row| row.at_effective[1]),
                count(&|row| row.at_best[1]),
            ]);
        }
    }
    table
}
