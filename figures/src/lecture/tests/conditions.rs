use super::*;
use ndarray::Axis;
use scorelab::condition::Observation;
use scorelab::noise::NoiseLevel;

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
