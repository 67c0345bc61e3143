//! The lecture in one file, which uses nothing of this crate, held to it.

use super::{Folder, run_experiment};
use crate::common::repository;
use ndarray::array;
use scorelab::guidance::{Gamma, Guided};
use scorelab::metrics::{Modes, shares};
use scorelab::mixture::Mixture;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::sampler::{Ddim, sample, start};

/// Where samples of the library end, on the page's mixture with this standard deviation: target, other, overshoot, hybrid, in per
/// cent, of 20,000, so that each is known to a third of a point.
fn of_the_library(gamma: f64, sd: f64) -> [f64; 4] {
    let means = array![[0.0, 2.0], [-1.732051, -1.0], [1.732051, -1.0]];
    let mixture = Mixture::isotropic(vec![1.0; 3], means, &[sd; 3], vec![0, 1, 2]).unwrap();
    let (main, guiding) = (mixture.given(0), mixture.clone());
    let guided = Guided { main, guiding, gamma: Gamma::new(gamma).unwrap() };
    let grid = Grid::to_data(&Process::VE, Spacing::KARRAS, 41).unwrap();
    let z = start(20_000, 2, &Process::VE, &grid, 5);
    let x = sample(&Ddim { eta: 0.0 }, &guided, &Process::VE, &grid, z.view(), 5);
    let found = shares(x.view(), &Modes::of(&mixture), 0);
    [found.target, found.other, found.overshoot, found.hybrid].map(|share| 100.0 * share)
}

/// The rows of the table: the name, γ, and the four shares.
fn rows(table: &str) -> Vec<(String, f64, [f64; 4])> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (name, numbers) = words.split_at(words.len() - 5);
        let numbers: Vec<f64> = numbers.iter().map(|n| n.parse().unwrap()).collect();
        (name.join(" "), numbers[0], [numbers[1], numbers[2], numbers[3], numbers[4]])
    };
    table.lines().skip(1).map(row).collect()
}

#[test]
fn one_page_has_the_shares_of_the_library() {
    let folder = Folder::new("one-page");
    let ended = run_experiment("one_page", &["--out", folder.0.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    assert!(folder.0.join("one_page.svg").exists());
    let rows = rows(&ended.out);
    assert_eq!(rows.len(), 9, "{}", ended.out);
    let far = |a: &[f64; 4], b: &[f64; 4]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    for gamma in [0.0, 1.0, 2.0] {
        let library = of_the_library(gamma, 0.5);
        for (name, _, page) in rows.iter().filter(|row| row.1 == gamma) {
            let far = far(page, &library);
            assert!(far < 2.0, "{name} at γ = {gamma}: {page:?}, but {library:?}");
        }
    }
    let twin = of_the_library(0.0, 0.9);
    assert!(far(&rows[0].2, &twin) > 2.0, "the wrong twin, wider modes, passed: {twin:?}");
}

#[test]
fn one_page_fits_on_a_page_and_uses_the_standard_library_alone() {
    let text = std::fs::read_to_string(repository("experiments/one_page.rs")).unwrap();
    assert!(text.lines().count() <= 250, "{} lines", text.lines().count());
    let uses: Vec<&str> = text.lines().filter(|line| line.trim().starts_with("use ")).collect();
    assert_eq!(uses, ["use std::f64::consts::{PI, TAU};"]);
    assert!(!text.contains("scorelab") && !text.contains("extern crate"));
}
