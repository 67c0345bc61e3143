use super::*;
use crate::plot::{Lang, Layer, Mark, Role, Theme, csv, svg};
use ndarray::Array3;

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
    let Layer { mark: Mark::Sheet(sheet), .. } = &figure.panels[0].layers[0] else {
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
    let strip = |role| Strip { title: "a".into(), role, walked: images(3), denoised: images(3) };
    let strips = [strip(Role::Unconditional), strip(Role::Guided)];
    let figure = denoising_strips(SIZE, 2, &[30.0, 1.0, 0.0], &strips).unwrap();
    assert_eq!(drawn(&figure).lines().count(), 1 + 2 * 6 * 12);
    let whole = denoising_strips(SIZE, SIZE.0 * SIZE.1, &[30.0, 1.0, 0.0], &strips).unwrap();
    assert!(figure.notes[1].en.contains("2 components") && whole.notes.len() == 1);
    assert_eq!(denoising::framed(3, Role::Guided).iter().position(|f| f.is_some()), Some(2));
    assert!(denoising_strips(SIZE, 2, &[1.0], &[]).is_err());
}

#[test]
fn curves_over_gamma_carry_their_standard_errors() {
    let at = |gamma: f64| Scored {
        gamma,
        accuracy: (0.9, 0.01),
        fd: (gamma, 0.2 + 3.0 * gamma),
        coverage: (0.8, 0.02),
    };
    let way = Series { title: "a".into(), role: Role::Guided, found: vec![at(0.0), at(2.0)] };
    let figure = images_over_gamma(&[way.clone(), way], &at(1.0), 100).unwrap();
    let text = drawn(&figure);
    assert!(
        text.lines().any(|l| l.ends_with("2.0,2.0,,,6.2") || l.ends_with("2,2,,,6.2")),
        "{text}"
    );
    assert!(figure.numbers.contains(&("a, γ = 2: FD, se".into(), 6.2)));
    // the axis holds the bars, not only the points
    let (low, high) = figure.panels[1].y.range;
    assert!(low < 2.0 - 6.2 && high > 2.0 + 6.2, "{low} {high}");
    assert!(images_over_gamma(&[], &at(1.0), 100).is_err());
}
