//! The words of a checkpoint: its view, how it came to be, what contradicts itself, and the format before.

use super::*;
use crate::data::Principal;

/// What is said of a file of these weights with this text, its checksum being right.
fn said(text: &str, weights: &[(&str, &[usize], Vec<f32>)]) -> String {
    let weights =
        weights.iter().map(|(name, shape, values)| (name.to_string(), shape.to_vec(), &values[..]));
    let bytes = tensors::write(text, weights, &BTreeMap::new()).unwrap();
    <Checkpoint>::from_bytes(&bytes).unwrap_err()
}

#[test]
fn a_file_may_not_promise_what_it_does_not_hold() {
    let good = full(score());
    let header = |change: &dyn Fn(&mut Header<Mlp>)| {
        let mut header = Header {
            format: header::FORMAT,
            model: good.model.kind(),
            scales: good.model.scales(),
            network: Mlp::NAME.into(),
            config: small(),
            view: Some(ViewName::Identity),
            trained: Trained { recipe: None, ..good.trained.clone() },
            training: None,
        };
        change(&mut header);
        serde_json::to_string(&header).unwrap()
    };
    let none = |text: &str| said(text, &[]);
    assert!(none("").contains("cannot be understood"));
    assert!(none("{}").contains("missing field `format`"));
    assert!(none(&header(&|h| h.format = 3)).contains("format is 3"));
    assert!(none(&header(&|h| h.config.width = 1 << 40)).contains("at most 2^20"));
    assert!(none(&header(&|h| h.config.depth = 1 << 20)).contains("parameters, but it holds"));
    assert!(none(&header(&|h| h.config.labels = 3)).contains("no network of its kind"));
    assert!(none(&header(&|h| h.config.outputs = 3)).contains("no network of its kind"));
    let negative =
        |h: &mut Header<Mlp>| h.scales = Scales::Score { target: Target::V, sigma_data: -1.0 };
    assert!(none(&header(&negative)).contains("above 0"));

    let text = header(&|_| ());
    let mlp = good.model.network();
    let parts = mlp.config.parts();
    let mut weights: Vec<(&str, &[usize], Vec<f32>)> = parts
        .iter()
        .map(|p| (p.name.as_str(), &p.shape[..], mlp.params[p.range.clone()].to_vec()))
        .collect();
    assert!(said(&text, &weights[1..]).contains("no tensor layers.0.weight"));
    assert!(
        none(&header(&|h| h.network = "unet".into()))
            .contains("of the architecture unet, but mlp is needed")
    );
    weights.push(("layers.9.bias", &[1], vec![0.0]));
    assert!(said(&text, &weights[1..]).contains("no tensor layers.0.weight"));
    assert!(said(&text, &weights).contains("only 6 belong to the network"));
    weights.pop();
    weights[5].1 = &[1, 2];
    assert!(said(&text, &weights).contains("is F32 [1, 2], but F32 [2] is needed"));
}

#[test]
fn every_view_comes_back_and_gives_a_score_its_spread() {
    let x = data().x;
    let centred = View::Centred(x.mean_axis(ndarray::Axis(0)).unwrap());
    for view in [View::Identity, centred, View::Principal(Principal::of(x.view(), 2))] {
        let mut saved = full(joint());
        (saved.view, saved.trained.data.image) = (view, Some((1, 2)));
        let loaded = <Checkpoint>::from_bytes(&saved.to_bytes().unwrap()).unwrap();
        assert_eq!(bits(&saved), bits(&loaded));
        let Model::Joint(net) = &loaded.model else { panic!("a joint network was saved") };
        assert_eq!(net.net.spread, saved.view.spread());
        assert_eq!(net.net.spread.is_empty(), !matches!(saved.view, View::Principal(_)));
    }
}

/// Files by `scorelab train` of the version before the format 2.
const OLD: [&[u8]; 2] = [
    include_bytes!("../../../tests/command/format_1/old.safetensors"),
    include_bytes!("../../../tests/command/format_1/images.safetensors"),
];

#[test]
fn files_of_the_format_1_are_read_and_become_ones_of_the_format_2() {
    let [three, images] = OLD.map(|bytes| <Checkpoint>::from_bytes(bytes).unwrap());
    let recipe = three.trained.recipe.clone().unwrap();
    assert_eq!((recipe.model, recipe.target), (Kind::Joint, Target::V));
    assert_eq!(recipe.data, Place::Scene("three".into()));
    assert_eq!((recipe.width, recipe.depth, recipe.features, recipe.embedding), (8, 1, 4, 2));
    assert_eq!((recipe.points, recipe.p_drop, recipe.levels), (300, 0.2, Levels::default()));
    let train = TrainConfig { steps: 20, batch: 64, ema: 0.9, seed: 3, ..TrainConfig::default() };
    assert_eq!(recipe.train, train);
    let about = &three.trained.data;
    assert_eq!((about.name.as_str(), about.points, about.image), ("three", 300, None));
    assert!(matches!(about.fingerprint, Some(Fingerprint::Points(_))));
    assert!(three.trained.notes.is_empty() && three.view == View::Identity);
    assert_eq!(three.training.as_ref().unwrap().step, 10);

    let recipe = images.trained.recipe.clone().unwrap();
    assert_eq!(recipe.data, Place::Images("digits".into()));
    let about = &images.trained.data;
    assert_eq!((about.name.as_str(), about.points, about.image), ("digits", 200, Some((28, 28))));
    assert!(matches!(images.view, View::Principal(_)) && images.extra.is_empty());
    for old in [three, images] {
        let new = <Checkpoint>::from_bytes(&old.to_bytes().unwrap()).unwrap();
        assert_eq!((bits(&new), &new.training), (bits(&old), &old.training));
    }
}

#[test]
fn a_file_of_the_format_1_whose_words_are_wrong_is_refused() {
    let length = u64::from_le_bytes(OLD[0][..8].try_into().unwrap()) as usize;
    let words = std::str::from_utf8(&OLD[0][8..8 + length]).unwrap().to_string();
    let read = |from: &str, to: &str| {
        assert!(words.contains(from), "{from}: {words}");
        let words = words.replacen(from, to, 1);
        let body = &OLD[0][8 + length..OLD[0].len() - 32];
        let mut bytes = [&(words.len() as u64).to_le_bytes(), words.as_bytes(), body].concat();
        bytes.extend(tensors::checksum(&bytes));
        <Checkpoint>::from_bytes(&bytes).map(|_| ()).err().unwrap_or_default()
    };
    assert_eq!(read("three", "three"), "", "the wrong twin: nothing is changed");
    for (from, to, part) in [
        (r#"\\\"width\\\":8"#, r#"\\\"width\\\":9"#, "its recipe asks for the shape"),
        (r#"\\\"points\\\":"#, r#"\\\"pointz\\\":"#, "its recipe cannot be understood"),
        (r#"\\\"steps\\\":20"#, r#"\\\"steps\\\":5"#, "its training is at step 10 of 5"),
        (r#"\"provenance\""#, r#"\"origin\""#, "its description cannot be understood"),
    ] {
        let why = read(from, to);
        assert!(why.contains(part), "{part}: {why:?}");
    }
}

#[test]
fn a_checkpoint_that_contradicts_itself_is_refused() {
    let refused = |change: &dyn Fn(&mut Checkpoint)| {
        let mut checkpoint = in_training(joint());
        change(&mut checkpoint);
        checkpoint.to_bytes().err().unwrap_or_default()
    };
    let recipe = |change: fn(&mut Recipe)| {
        refused(&|c: &mut Checkpoint| change(c.trained.recipe.as_mut().unwrap()))
    };
    let state = |change: fn(&mut State)| {
        refused(&|c: &mut Checkpoint| change(c.training.as_mut().unwrap()))
    };
    assert_eq!(refused(&|_| ()), "", "the wrong twin: nothing contradicts");
    for (why, part) in [
        (recipe(|r| r.model = Kind::Score), "its recipe is for a network of the kind Score"),
        (recipe(|r| r.width = 6), "its recipe asks for the shape"),
        (recipe(|r| r.residual = true), "its recipe asks for the shape"),
        (recipe(|r| r.target = Target::Eps), "its recipe asks for the target Eps"),
        (recipe(|r| r.train.steps = 2), "its training is at step 3 of 2"),
        (recipe(|r| r.train.ema = 0.6), "averaged with decay 0.5, but its recipe says 0.6"),
        (state(|s| s.step = 4), "at step 4, but its optimiser has made 3 updates"),
        (state(|s| s.adam.updates = -1), "at step 3, but its optimiser has made -1 updates"),
        (refused(&|c| c.trained.data.image = Some((2, 2))), "its images are 2 x 2"),
        (refused(&|c| c.trained.data.image = Some((usize::MAX, 2))), "which its view does not fit"),
        (refused(&|c| c.view = View::Centred(Array1::zeros(3))), "its view has 3 coordinates"),
        (refused(&|c| drop(c.extra.insert("mean".into(), Array1::zeros(2)))), "extra tensor mean"),
    ] {
        assert!(why.contains(part), "{part}: {why:?}");
    }
    // what only the settings of a score network say is no contradiction of a classifier
    let mut classifier = full(noisy());
    classifier.trained.recipe.as_mut().unwrap().embedding = 99;
    assert!(classifier.to_bytes().is_ok());
}
