//! What holds for every Transformer: its derivatives, and what attention to words must and must not do.

use super::attention::{Rows, Scratch, Size, attend, attend_back};
use super::formulas::{attention, attention_back};
use super::plain::{Inner, Plain};
use super::{Transformer, TransformerConfig};
use crate::condition::Condition;
use crate::nn::{Batch, Gradients, Net, ScoreNet, Shape, Target, Workspace};
use crate::noise::NoiseLevel;
use crate::rng::{Purpose, normals as seeded};
use crate::score::ScoreFn;
use ndarray::{Array1, Array2, Axis, s};

fn normals(n: usize, dim: usize) -> Array2<f64> {
    seeded(12, Purpose::Reference, 0, (n, dim)).mapv(|v| f64::from(v as f32))
}

/// A network of which no parameter is 0.
fn network(config: TransformerConfig) -> Transformer {
    let n = config.parameters();
    let params = normals(n, 1).iter().map(|z| 0.3 * *z as f32).collect();
    Transformer::of(config, params).unwrap()
}

fn words(tokens: &[usize]) -> Condition {
    Condition::words(tokens)
}

/// As many images, with a level and a caption each.
fn batch(config: &TransformerConfig, n: usize) -> Batch {
    let captions = [words(&[]), words(&[1]), words(&[4, 0]), words(&[2, 3, 1]), words(&[0, 4])];
    Batch {
        x: normals(n, config.inputs()),
        log_snr: (0..n).map(|i| f64::from((-6.0 + 1.5 * i as f64) as f32)).collect(),
        conditions: (0..n).map(|i| captions[i % captions.len()].clone()).collect(),
    }
}

fn in_f64(values: &[f32]) -> Vec<f64> {
    values.iter().map(|v| f64::from(*v)).collect()
}

/// The workspace after a forward pass.
fn run(net: &Transformer, batch: &Batch) -> Workspace<Transformer> {
    let mut w = net.workspace(batch.x.nrows());
    fill(&mut w, batch);
    net.forward(&mut w);
    w
}

fn fill(w: &mut Workspace<Transformer>, batch: &Batch) {
    w.input.assign(&batch.x.mapv(|v| v as f32));
    w.log_snr = batch.log_snr.iter().map(|l| *l as f32).collect();
    w.conditions = batch.conditions.clone();
}

fn max_abs<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().fold(0.0, |m, v| if v.is_nan() { f64::NAN } else { v.abs().max(m) })
}

#[track_caller]
fn assert_law(law: &str, truth: f64, twin: f64, tolerance: f64) {
    assert!(truth < tolerance, "{law}: the residual is {truth:.3e}, above {tolerance:.0e}");
    assert!(twin > tolerance, "{law}: a wrong twin passes with {twin:.3e}, below {tolerance:.0e}");
}

#[test]
fn the_plain_gradients_are_differences_along_any_direction_of_every_part() {
    for ordered in [false, true] {
        let net = network(TransformerConfig::tiny(ordered));
        let (params, rows) = (in_f64(&net.params), batch(&net.config, 5));
        let c = normals(5, net.config.outputs() + 1).slice(s![.., 1..]).to_owned();
        let loss = |params: &[f64], rows: &Batch| (net.plain(params, rows) * &c).sum();
        let own = net.plain_gradients(&params, &rows, &c);
        let slope = |f: &dyn Fn(f64) -> f64| {
            const H: f64 = 1e-3;
            (8.0 * (f(H) - f(-H)) - (f(2.0 * H) - f(-2.0 * H))) / (12.0 * H)
        };
        let off = |gradient: &Array1<f64>, way: &Array1<f64>, slope: f64| {
            let size = gradient.dot(gradient).sqrt() * way.dot(way).sqrt();
            let at = |scale: f64| (scale * gradient.dot(way) - slope).abs() / size;
            (at(1.0), at(1.01))
        };
        for part in net.config.parts() {
            let range = part.range.clone();
            for k in 0..3 {
                let way =
                    normals(range.len(), 4).column(k).mapv(|v| v / (range.len() as f64).sqrt());
                let moved = |h: f64| {
                    let mut moved = params.clone();
                    moved[range.clone()].iter_mut().zip(&way).for_each(|(p, v)| *p += h * v);
                    loss(&moved, &rows)
                };
                let gradient = Array1::from(own.params[range.clone()].to_vec());
                let (truth, twin) = off(&gradient, &way, slope(&moved));
                let name = format!("{}, way {k}", part.name);
                assert_law(&name, truth, twin, 1e-6);
            }
        }
        let way = normals(5, 37).slice(s![.., ..36]).to_owned();
        let moved = |h: f64| loss(&params, &Batch { x: &rows.x + &(&way * h), ..rows.clone() });
        let flat = |a: &Array2<f64>| a.iter().copied().collect::<Array1<f64>>();
        let (truth, twin) = off(&flat(&own.x), &flat(&way), slope(&moved));
        assert_law("x", truth, twin, 1e-6);
    }
}

#[test]
fn f32_answers_and_learns_as_f64() {
    let wide = TransformerConfig {
        width: 24,
        heads: 2,
        hidden: 40,
        side: 12,
        ..TransformerConfig::tiny(false)
    };
    for (name, config) in [
        ("a set", TransformerConfig::tiny(false)),
        ("a sequence", TransformerConfig::tiny(true)),
        ("wide", wide),
    ] {
        let net = network(config);
        let (params, rows) = (in_f64(&net.params), batch(&net.config, 8));
        let exact = net.plain(&params, &rows);
        let mut w = run(&net, &rows);
        let off = |own: &Array2<f32>, exact: &Array2<f64>, scale: f64| {
            max_abs(&(own.mapv(f64::from) * scale - exact)) / max_abs(exact)
        };
        assert_law(name, off(&w.output, &exact, 1.0), off(&w.output, &exact, 1.0001), 1e-5);
        let c = normals(8, net.config.outputs() + 1).slice(s![.., 1..]).to_owned();
        let Gradients { params: exact, x } = net.plain_gradients(&params, &rows, &c);
        w.d_output.assign(&c.mapv(|v| v as f32));
        let mut left = vec![f32::NAN; params.len()];
        net.backward::<false>(&mut w, &mut left);
        let mut added = left.clone();
        net.backward::<true>(&mut w, &mut added);
        net.input_gradient(&mut w);
        for part in net.config.parts() {
            let exact = &exact[part.range.clone()];
            let off = |own: &[f32], scale: f64| {
                let own = own[part.range.clone()].iter().zip(exact);
                let off: Vec<f64> = own.map(|(g, e)| scale * f64::from(*g) - e).collect();
                max_abs(&off) / max_abs(exact)
            };
            let law = format!("{name}, {}", part.name);
            assert_law(&law, off(&left, 1.0), off(&left, 1.0001), 1e-5);
            assert_law(&format!("{law}, twice"), off(&added, 0.5), off(&added, 1.0), 1e-5);
        }
        assert_law(
            &format!("{name}, x"),
            off(&w.d_input, &x, 1.0),
            off(&w.d_input, &x, 1.0001),
            1e-5,
        );
    }
}

#[test]
fn attention_in_f32_is_the_formula_forward_and_backward() {
    for (queries, keys, heads, width) in
        [(9, 9, 3, 15), (49, 49, 2, 48), (16, 3, 2, 16), (5, 1, 1, 7), (1, 4, 2, 64)]
    {
        let some =
            |n: usize, k: usize| normals(n, (k + 1) * width).slice(s![.., k * width..]).to_owned();
        let (q, k, v, d_out) = (some(queries, 0), some(keys, 1), some(keys, 2), some(queries, 3));
        let single = |a: &Array2<f64>| a.iter().map(|v| *v as f32).collect::<Vec<f32>>();
        let (exact, exact_weights) = attention(&q, &k, &v, heads);
        let exact_back = attention_back([&q, &k, &v], &exact_weights, &d_out);
        let size = Size { queries, keys, heads, width };
        let (mut scratch, mut weights) = (Scratch::new(size), vec![0.0; size.weights()]);
        let [q, k, v, d_out] = [&q, &k, &v, &d_out].map(single);
        let rows = [&q, &k, &v].map(|values| Rows { values, stride: width });
        let mut out = vec![0.0; queries * width];
        attend(size, rows, &mut weights, &mut out, &mut scratch);
        let mut d = [queries, keys, keys].map(|n| vec![0.0; n * width]);
        attend_back(size, rows, &weights, &d_out, &mut d, &mut scratch);
        let off = |own: &[f32], exact: &Array2<f64>, scale: f64| {
            let off: Vec<f64> =
                own.iter().zip(exact).map(|(a, b)| scale * f64::from(*a) - b).collect();
            max_abs(&off) / max_abs(exact)
        };
        let name = format!("{queries} × {keys}");
        assert_law(&name, off(&out, &exact, 1.0), off(&out, &exact, 1.0001), 1e-5);
        // one key: its weight is 1 whatever is asked, so that no question and no key has a derivative
        let felt = if keys > 1 { 0..3 } else { 2..3 };
        for (own, exact) in d[felt.clone()].iter().zip(&exact_back[felt]) {
            assert_law(&name, off(own, exact, 1.0), off(own, exact, 1.0001), 1e-5);
        }
    }
}

/// What a network answers to one image under a caption in f64, with all that leads to it.
fn plainly(net: &Transformer, x: usize, condition: &Condition) -> super::plain::Forward {
    let images = normals(4, net.config.inputs());
    Plain::new(&net.config, &in_f64(&net.params)).forward(images.row(x), 0.7, condition)
}

#[test]
fn the_rows_of_every_attention_sum_to_one() {
    let net = network(TransformerConfig::tiny(false));
    let forward = plainly(&net, 0, &words(&[2, 0]));
    for branch in forward.layers.iter().flatten() {
        let Inner::Attention { weights, .. } = &branch.inner else { continue };
        for a in weights {
            let off = |keys: usize| max_abs(&(a.slice(s![.., ..keys]).sum_axis(Axis(1)) - 1.0));
            assert_law("sum", off(a.ncols()), off(a.ncols() - 1), 1e-14);
        }
    }
    assert_eq!(forward.word_maps().len(), 2);
    assert!(forward.word_maps().iter().flat_map(|m| m.iter()).all(|a| a.dim() == (9, 3)));
}

#[test]
fn the_order_of_words_changes_nothing_unless_they_have_positions() {
    let off = |ordered: bool| {
        let net = network(TransformerConfig::tiny(ordered));
        let [one, other] = [[1, 3, 0], [0, 1, 3]].map(|w| plainly(&net, 0, &words(&w)));
        max_abs(&(one.answer() - other.answer())) / max_abs(one.answer())
    };
    assert_law("order", off(false), off(true), 1e-13);
}

#[test]
fn no_caption_leaks_into_its_neighbours_nor_into_the_next_block() {
    for ordered in [false, true] {
        let net = network(TransformerConfig::tiny(ordered));
        let rows = batch(&net.config, 8);
        let under = |w: &mut Workspace<Transformer>, others: &[usize]| {
            let mut rows = rows.clone();
            rows.conditions.iter_mut().skip(1).for_each(|c| *c = words(others));
            rows.conditions[0] = words(&[2]);
            fill(w, &rows);
            net.forward(w);
            w.output.row(0).to_owned()
        };
        let mut w = net.workspace(8);
        let alone = under(&mut w, &[]);
        assert_eq!(under(&mut w, &[4, 3, 1]), alone, "longer captions beside it");
        assert_eq!(under(&mut w, &[]), alone, "longer captions before it");
        // the twin: a word more of its own
        let mut rows = rows.clone();
        rows.conditions[0] = words(&[2, 4]);
        assert_ne!(run(&net, &rows).output.row(0), alone);
    }
}

#[test]
fn under_one_token_attention_to_words_is_the_same_for_every_place_and_image() {
    let net = network(TransformerConfig::tiny(false));
    let spread = |tokens: &[usize]| {
        let result = |x: usize| {
            let mut forward = plainly(&net, x, &words(tokens));
            forward.layers.swap_remove(0).map(|branch| branch.result)[1].clone()
        };
        let (one, other) = (result(0), result(1));
        let first = one.row(0).to_owned();
        max_abs(&(one - &first)).max(max_abs(&(other - &first))) / max_abs(&first)
    };
    assert_law("the start token alone", spread(&[]), spread(&[3]), 1e-13);
}

#[test]
fn where_what_words_say_is_not_let_out_the_network_is_the_unconditional_one() {
    let mut net = network(TransformerConfig::tiny(false));
    let rows = batch(&net.config, 8);
    let nothing = Batch { conditions: vec![Condition::None; 8], ..rows.clone() };
    assert_ne!(run(&net, &rows).output, run(&net, &nothing).output, "the wrong twin");
    for part in net.config.parts() {
        if part.name.ends_with("cross.out.weight") {
            net.params[part.range].fill(0.0);
        }
    }
    assert_eq!(run(&net, &rows).output, run(&net, &nothing).output);
}

#[test]
fn a_new_network_answers_zero_and_its_branches_are_closed() {
    let net = Transformer::new(TransformerConfig::tiny(false), 3).unwrap();
    let w = run(&net, &batch(&net.config, 4));
    assert!(w.output.iter().all(|v| *v == 0.0));
    assert_ne!(net.params, Transformer::new(TransformerConfig::tiny(false), 4).unwrap().params);
}

#[test]
fn with_the_caption_as_the_query_there_is_one_answer_for_the_whole_image() {
    const W: usize = 6;
    let (patches, caption) = (normals(9, W), normals(1, W + 1).slice(s![.., 1..]).to_owned());
    let turned = patches.select(Axis(0), &[4, 2, 8, 0, 6, 1, 3, 7, 5]);
    // y asks: whatever the order of the patches, one row, so that where something is is lost
    let ask = |patches: &Array2<f64>| attention(&caption, patches, patches, 2).0;
    assert_eq!(ask(&patches).dim(), (1, W));
    assert!(max_abs(&(ask(&patches) - ask(&turned))) < 1e-14);
    // the patches ask: each has its own answer, which goes where it goes
    let words = normals(3, W);
    let asked = |patches: &Array2<f64>| attention(patches, &words, &words, 2).0;
    let (own, moved) = (asked(&patches), asked(&turned));
    assert_eq!(own.dim(), (9, W));
    assert!(max_abs(&(&moved - &own)) > 0.1);
    assert!(max_abs(&(moved.row(0).to_owned() - own.row(4))) < 1e-14);
}

#[test]
fn an_image_has_the_same_answer_in_any_batch() {
    let net = ScoreNet::of(network(TransformerConfig::tiny(true)), Target::Edm, 1.0);
    let (x, level) = (normals(70, 36), NoiseLevel::ve(0.7));
    let terms = [(Condition::None, -1.0), (words(&[1, 2]), 2.0)];
    let whole = net.blend(x.view(), level, &terms);
    for (from, to) in [(0, 1), (0, 64), (27, 29), (28, 70), (69, 70)] {
        let part = net.blend(x.slice(s![from..to, ..]), level, &terms);
        assert_eq!(part, whole.slice(s![from..to, ..]), "images {from}…{to}");
    }
    assert_ne!(net.score(x.slice(s![1.., ..]), level), net.score(x.slice(s![..69, ..]), level));
}

/// Under ∅ there is one word to ask, and sampling passes by the question; it must not matter.
#[test]
fn an_answer_that_passes_by_the_one_word_is_that_of_the_whole_pass() {
    let net = ScoreNet::of(network(TransformerConfig::tiny(true)), Target::Edm, 1.0);
    let (x, level) = (normals(8, 36), NoiseLevel::ve(0.7));
    let blended = |y: &Condition| net.blend(x.view(), level, &[(y.clone(), 1.0)]);
    let whole = |y: &Condition| net.denoised_each(x.view(), level, &vec![y.clone(); 8]);
    for y in [Condition::None, words(&[1]), words(&[1, 2])] {
        assert_eq!(blended(&y), whole(&y), "{y:?}");
    }
    assert_ne!(blended(&Condition::None), whole(&words(&[1])), "the words do matter");
}

#[test]
fn a_shape_or_a_condition_that_cannot_be_is_refused_in_one_sentence() {
    let refused = |config: TransformerConfig| config.validated().unwrap_err().to_string();
    for (config, told) in [
        (
            TransformerConfig { patch: 4, ..TransformerConfig::tiny(false) },
            "must be a divisor of 6",
        ),
        (
            TransformerConfig { heads: 2, ..TransformerConfig::tiny(false) },
            "must be a divisor of 15",
        ),
        (
            TransformerConfig { depth: 0, ..TransformerConfig::tiny(false) },
            "the Transformer's depth is 0",
        ),
        (TransformerConfig { features: 3, ..TransformerConfig::tiny(false) }, "must be even"),
        (
            TransformerConfig { side: 4096, patch: 1, ..TransformerConfig::tiny(false) },
            "patches is 16777216, but it must be at most 4096",
        ),
        (
            TransformerConfig { width: 4095, hidden: 4096, ..TransformerConfig::tiny(false) },
            "at most 10^8",
        ),
    ] {
        assert!(refused(config.clone()).contains(told), "{}", refused(config));
    }
    let config = TransformerConfig::tiny(false);
    assert!(config.validated().is_ok() && config.takes(&words(&[4, 0, 1])).is_ok());
    for (condition, told) in [
        (words(&[5]), "a word of the caption is 5, but it must be below 5"),
        (words(&[0, 1, 2, 3]), "the number of the caption's words is 4, but it must be at most 3"),
        (Condition::Class(0), "the condition is a class"),
    ] {
        let why = config.takes(&condition).unwrap_err().to_string();
        assert!(why.contains(told), "{why}");
    }
    let net = network(config);
    assert!(Transformer::of(net.config.clone(), vec![0.0; net.params.len() + 1]).is_err());
}
