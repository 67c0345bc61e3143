use super::*;
use crate::plot::{Mark, Text};
use ndarray::{Array1, Axis};
use scorelab::condition::Observation;
use scorelab::nn::{Net, Target, Transformer, TransformerConfig};
use scorelab::noise::NoiseLevel;
use scorelab::null_label::JointNet;
use scorelab::rng::{Purpose, normals};

#[test]
fn samples_of_a_mask_have_the_weights_of_the_posterior_and_what_is_observed_is_said() {
    with(&scene("wide"), Process::VP_LINEAR, |s| {
        let mask = Observation::mask(&[(0, 0.5)], 2, 0.0).unwrap();
        let figure = mask_and_point(s, &mask, 2000).unwrap();
        let off = number(&figure, "largest share off") / number(&figure, "se of largest share off");
        assert!(off < 4.5, "{off} standard errors");
        assert!(figure.title.en.ends_with(": x₁ = 0.50"), "{}", figure.title.en);
        let near = Observation::point(ndarray::array![0.5, -1.0], 0.3).unwrap();
        let title = mask_and_point(s, &near, 10).unwrap().title;
        assert!(title.en.ends_with(": x₁ = 0.50, x₂ = -1.00 ± 0.30"), "{}", title.en);
        assert!(mask_and_point(s, &Observation::mask(&[(0, 1.0)], 3, 0.0).unwrap(), 10).is_err());
    });
}

#[test]
fn each_place_attends_to_its_own_words_and_a_word_moves_its_own_place() {
    for sigma in [0.1, 1.0, 30.0] {
        let level = NoiseLevel::ve(sigma);
        let x = three_with_a_hat(level);
        let (attention, causal) =
            (words_by_places(&x, level).unwrap(), causal_map(&x, level).unwrap());
        assert_eq!((attention.dim(), causal.dim()), ((5, 2), (5, 2)));
        assert!(attention.sum_axis(Axis(0)).iter().all(|sum| (sum - 1.0).abs() < 1e-14));
        let off = |map: &Array2<f64>, place: usize| {
            let words = if place == 0 { 3..5 } else { 0..3 };
            words.map(|word| map[[word, place]]).fold(0.0, f64::max)
        };
        for place in 0..2 {
            assert!(off(&attention, place) == 0.0 && off(&causal, place) < 1e-26, "σ = {sigma}");
        }
        // the twin: the words of a place do move it
        assert!((0..3).any(|word| causal[[word, 0]] > 1e-4), "σ = {sigma}: {causal}");
    }
}

/// A small Transformer none of whose weights is 0.
fn transformer() -> JointNet<Transformer> {
    let shape = TransformerConfig {
        width: 8,
        heads: 2,
        depth: 2,
        hidden: 8,
        features: 4,
        ..TransformerConfig::default()
    };
    let mut net = Transformer::new(shape, 1).unwrap();
    let z = normals(3, Purpose::Reference, 0, (1, net.params().len()));
    net.params_mut().iter_mut().zip(&z).for_each(|(p, z)| *p += 0.2 * *z as f32);
    JointNet::of(net, Target::Edm, 0.5)
}

#[test]
fn patches_share_their_attention_among_the_words_and_each_word_changes_something() {
    let (net, level) = (transformer(), NoiseLevel::ve(0.7));
    let x = normals(4, Purpose::Reference, 0, (1, 784)).row(0).to_owned();
    let Looked { attention, causal } = looked(&net, &x, level, &[3, 12]);
    assert_eq!((attention.dim(), causal.dim()), ((16, 3), (16, 2)));
    assert!(attention.sum_axis(Axis(1)).iter().all(|sum| (sum - 1.0).abs() < 1e-12));
    assert!(causal.sum_axis(Axis(0)).iter().all(|moved| *moved > 1e-9), "{causal}");
    // the wrong twin: a caption's first word is not its second
    let swapped = looked(&net, &x, level, &[12, 3]);
    let off = |map: &Array2<f64>| (map - &swapped.causal).mapv(f64::abs).sum();
    let mut turned = causal.clone();
    turned.invert_axis(Axis(1));
    let (same, moved) = (off(&turned), off(&causal));
    assert!(
        same < 1e-5 * causal.sum() && moved > 1e-2 * causal.sum(),
        "a caption is a set: {same}, {moved} of {}",
        causal.sum()
    );
    let none = looked(&net, &x, level, &[]);
    assert!(none.attention.iter().all(|a| (a - 1.0).abs() < 1e-12) && none.causal.is_empty());
}

#[test]
fn a_figure_of_filled_images_shows_what_is_known_and_greys_the_rest() {
    let whole = Array2::from_shape_fn((8, 9), |(i, j)| (20 * i + j) as u8);
    let other = whole.mapv(|p| 255 - p);
    let columns = [(Text::from("image"), &whole), (Text::from("other"), &other)];
    let filled = |columns| Filled {
        stem: "18x",
        size: (3, 3),
        known: &[0, 4],
        name: "two pixels".into(),
        columns,
    };
    let figure = inpainting(&filled(&columns)).unwrap();
    let Mark::Sheet(sheet) = &figure.panels[0].layers[0].mark else { panic!("a sheet") };
    assert_eq!((sheet.columns, sheet.pixels.nrows()), (3, 18), "six images, three columns");
    assert_eq!(sheet.pixels.row(3), whole.row(1));
    assert_eq!(sheet.pixels.row(5), other.row(1));
    let known: Array1<u8> = (0..9).map(|j| if j == 0 || j == 4 { 20 + j } else { 110 }).collect();
    assert_eq!(sheet.pixels.row(4), known);
    assert!(inpainting(&filled(&[])).is_err());
}
