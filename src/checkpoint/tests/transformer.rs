//! Files of Transformers, one of which is kept with its answers for other programs: `tests/interop/transformer.py`.

use super::*;
use crate::condition::Condition;
use crate::nn::{Batch, Transformer, TransformerConfig};
use crate::rng::normals;

const HELD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/transformer.safetensors");
const IMAGES: usize = 4;

fn joint(ordered: bool) -> JointNet<Transformer> {
    let n = TransformerConfig::tiny(ordered).parameters();
    let params = normals(2, Purpose::Weights, 0, (n, 1)).iter().map(|z| 0.3 * *z as f32).collect();
    let network = Transformer::of(TransformerConfig::tiny(ordered), params).unwrap();
    JointNet::of(network, Target::Edm, 0.5)
}

fn captions() -> Vec<Vec<usize>> {
    vec![vec![], vec![3], vec![0, 4], vec![2, 1, 0]]
}

/// Images, levels and captions to ask about.
fn asked() -> Batch {
    Batch {
        x: normals(3, Purpose::Reference, 0, (IMAGES, 36)).mapv(|v| f64::from(v as f32)),
        log_snr: vec![-3.0, 0.5, 2.0, 5.25].into(),
        conditions: captions().into_iter().map(Condition::words).collect(),
    }
}

/// The answers in f64.
fn answers(net: &Transformer, batch: &Batch) -> Vec<f64> {
    let params: Vec<f64> = net.params.iter().map(|p| f64::from(*p)).collect();
    net.plain(&params, batch).into_raw_vec_and_offset().0
}

#[test]
fn a_transformer_comes_back_from_its_file_bit_for_bit() {
    for ordered in [false, true] {
        let mut saved =
            Checkpoint::new(Model::Joint(joint(ordered)), Trained::here("captions".into(), None));
        saved.trained.data.image = Some((6, 6));
        let bytes = saved.to_bytes().unwrap();
        let loaded = Checkpoint::<Transformer>::from_bytes(&bytes).unwrap();
        assert_eq!(loaded.model.network(), saved.model.network());
        assert_eq!((loaded.model.kind(), &loaded.trained), (Kind::Joint, &saved.trained));
        let parts: Vec<String> =
            TransformerConfig::tiny(ordered).parts().into_iter().map(|p| p.name).collect();
        assert_eq!(parts.iter().any(|name| name == "positions.weight"), ordered);
        let why = Checkpoint::<Mlp>::from_bytes(&bytes).unwrap_err();
        assert!(why.contains("of the architecture transformer, but mlp is needed"), "{why}");
        assert_eq!(
            understood::<Format>(&tensors::read(&bytes).unwrap().header).unwrap().network,
            "transformer"
        );
    }
}

#[test]
fn a_recipe_tells_its_patch_only_where_it_is_not_the_usual_one() {
    let usual = Recipe::of(Kind::Caption);
    let fine = Recipe { patch: 4, width: 56, ..usual.clone() };
    assert_eq!((usual.transformer(28).tokens(), fine.transformer(28).tokens()), (16, 49));
    let [told, fine_told] = [&usual, &fine].map(|r| serde_json::to_string(r).unwrap());
    assert!(!told.contains("patch") && fine_told.contains(r#""patch":4"#), "{told} {fine_told}");
    let back = |text: &str| serde_json::from_str::<Recipe>(text).unwrap();
    assert_eq!((back(&told), back(&fine_told)), (usual.clone(), fine.clone()));
    // a network of the other patch contradicts the recipe
    let network = Transformer::new(usual.transformer(28), 1).unwrap();
    let net = JointNet::of(network, Target::Edm, 0.5);
    let written = |recipe: &Recipe| {
        let trained = Trained::here("captions".into(), Some(recipe.clone()));
        Checkpoint::new(Model::Joint(net.clone()), trained).to_bytes()
    };
    assert!(written(&usual).is_ok());
    let why = written(&Recipe { patch: 4, ..usual.clone() }).unwrap_err();
    assert!(why.contains("asks for the shape"), "{why}");
}

#[test]
fn a_training_with_captions_that_stops_and_goes_on_from_its_file_is_the_one_that_did_not() {
    let net = joint(false);
    let conditions: Vec<Condition> = captions().into_iter().map(Condition::words).collect();
    let x = normals(5, Purpose::Data, 0, (40, 36)) * 0.5;
    let data = Labelled { x, y: (0..40).map(|i| i % 4).collect() };
    let objective = net.objective_under(&data, &conditions, Levels::default(), 0.2).unwrap();
    let config = TrainConfig { steps: 6, batch: 64, ..TrainConfig::default() };
    let mut whole = Training::new(net.network().clone(), &objective, config.clone()).unwrap();
    whole.by_ref().take(3).for_each(|step| assert!(step.is_ok()));
    let mut checkpoint = Checkpoint::new(
        Model::Joint(net.with_weights(whole.averaged())),
        Trained::here("captions".into(), None),
    );
    checkpoint.training = Some(whole.state());
    let loaded = Checkpoint::<Transformer>::from_bytes(&checkpoint.to_bytes().unwrap()).unwrap();
    let resume = |state: State| {
        let network = net.network().clone();
        let mut rest = Training::resume(network, &objective, config.clone(), state).unwrap();
        rest.by_ref().for_each(|step| assert!(step.is_ok()));
        rest.state()
    };
    let state = loaded.training.unwrap();
    let twin = resume(State { params: state.adam.ema.clone(), ..state.clone() });
    let resumed = resume(state);
    whole.by_ref().for_each(|step| assert!(step.is_ok()));
    assert_eq!(resumed, whole.state());
    assert_ne!(twin, resumed, "from the averaged weights it is another");
}

#[test]
fn the_file_that_other_programs_read_still_answers_as_it_says() {
    if std::env::var_os("SCORELAB_WRITE").is_some() {
        let net = joint(true);
        let batch = asked();
        let mut file =
            Checkpoint::new(Model::Joint(net.clone()), Trained::here("none".into(), None));
        let padded = captions().into_iter().flat_map(|mut words| {
            words.resize(3, usize::MAX);
            words.into_iter().map(|w| if w == usize::MAX { -1.0 } else { w as f64 })
        });
        for (name, row) in [
            ("x", batch.x.iter().copied().collect::<Array1<f64>>()),
            ("log-snr", batch.log_snr.clone()),
            ("words", padded.collect()),
            ("answer", answers(net.network(), &batch).into()),
        ] {
            file.extra.insert(name.into(), row);
        }
        file.save(HELD).unwrap();
    }
    assert_eq!(architecture_of(HELD).unwrap(), "transformer");
    let held = Checkpoint::<Transformer>::load_as(HELD).unwrap();
    let off = |batch: &Batch| {
        let own = answers(held.model.network(), batch);
        let misses = own.iter().zip(&held.extra["answer"]).map(|(a, b)| (a - b).abs());
        misses.fold(0.0, f64::max)
    };
    assert!(off(&asked()) < 1e-12);
    let mut twin = asked();
    twin.conditions[2] = Condition::words(vec![4, 0]); // these words have an order
    assert!(off(&twin) > 1e-3);
}
