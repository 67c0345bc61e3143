//! Checkpoints of the format before this one: `format_1/` holds two by `scorelab train` of 4e6d9f7, kernel `avx2`.
//!
//! ```text
//! train --model joint --scene three --steps 20 --every 10 --points 300 --batch 64 --width 8 --depth 1 --features 4
//!       --embedding 2 --seed 3 --p-drop 0.2 --target v --ema 0.9                      after 10 steps: old.safetensors
//! train --model joint --data digits --components 2 --steps 2 --points 200 --batch 64 --width 8 --depth 1 --features 4
//!       --embedding 2                                                                 images.safetensors
//! ```

use super::{Folder, answer, checkpoints, json, run};
use scorelab::checkpoint::{Checkpoint, Fingerprint};
use std::path::Path;

/// The flags of `old.safetensors`.
const OLD: &str = "--model joint --scene three --steps 20 --every 10 --points 300 --batch 64 --width 8 --depth 1 \
                   --features 4 --embedding 2 --seed 3 --p-drop 0.2 --target v --ema 0.9";

/// What the program that wrote it answers to `sample --score old.safetensors --class 1 --gamma 2 --samples 3 --steps 4`.
const SAMPLES: [[f64; 2]; 3] = [
    [-0.8264915592463984, 0.0017132188353582885],
    [0.01614239135087126, -2.261211770172924],
    [-0.9963792933037364, 0.41130809376559907],
];

fn kept(name: &str) -> String {
    let folder = crate::common::repository("tests/command/format_1");
    folder.join(name).to_str().unwrap().to_string()
}

/// How far samples are from those of the program that wrote the checkpoint.
fn off(words: &str) -> f64 {
    let rows = json(&format!("sample {words} --samples 3 --steps 4"));
    let of = |row: &serde_json::Value, want: &[f64; 2]| {
        let x = ["x1", "x2"].map(|name| row[name].as_f64().unwrap());
        (x[0] - want[0]).abs().max((x[1] - want[1]).abs())
    };
    rows.iter().zip(&SAMPLES).map(|(row, want)| of(row, want)).fold(0.0, f64::max)
}

#[test]
fn an_old_checkpoint_is_described_and_gives_the_samples_that_it_gave() {
    let old = kept("old.safetensors");
    let told = json(&format!("info {old}"));
    let value = |name: &str| told.iter().find(|r| r["property"] == name).unwrap()["value"].clone();
    assert_eq!((value("step"), value("data.name")), (10.into(), "three".into()));
    assert_eq!(
        (value("recipe.data.scene"), value("recipe.p-drop")),
        ("three".into(), "0.2".into())
    );
    // f32 sums in another order where the kernel is another
    assert!(off(&format!("--score {old} --class 1 --gamma 2")) < 1e-6);
    assert!(off(&format!("--score {old} --class 1 --gamma 1.99")) > 1e-6, "the wrong twin passed");
    let images = kept("images.safetensors");
    let sampled = answer(&format!("sample --score {images} --samples 2 --steps 4 --format csv"));
    let mut rows = csv::Reader::from_reader(sampled.as_bytes());
    let widths: Vec<usize> = rows.records().map(|r| r.unwrap().len()).collect();
    assert!(widths.len() == 2 && widths.iter().all(|n| *n >= 28 * 28), "{widths:?}");
}

/// Its points are known by their bits, which the system's own logarithm decides.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn an_old_run_goes_on_and_ends_as_one_that_was_never_stopped() {
    let folder = Folder::new("format-1");
    let out = folder.0.join("out");
    std::fs::create_dir(&out).unwrap();
    std::fs::copy(kept("old.safetensors"), out.join("step-00000010.safetensors")).unwrap();
    answer(&format!("train --resume {}", out.display()));
    answer(&format!("train {OLD} --out {}", folder.path("whole")));
    let end = |folder: &Path| Checkpoint::load(checkpoints(folder).pop().unwrap()).unwrap();
    let [resumed, whole] = [end(&out), end(&folder.0.join("whole"))];
    assert_eq!((&resumed.trained, &resumed.view), (&whole.trained, &whole.view));
    assert!(matches!(resumed.trained.data.fingerprint, Some(Fingerprint::Scene(_))));
    let begun = Checkpoint::load(kept("old.safetensors")).unwrap();
    let [resumed, whole, begun] = [resumed, whole, begun].map(|c| c.training.unwrap());
    assert_eq!((resumed.step, whole.step), (20, 20));
    // the kernel that took the first ten steps summed in another order
    let apart = |other: &[f32]| {
        let pairs = whole.params.iter().zip(other);
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    };
    assert!(apart(&resumed.params) < 1e-5, "{}", apart(&resumed.params));
    assert!(apart(&begun.params) > 1e-3, "the wrong twin passed: {}", apart(&begun.params));
    // other data are refused, now by their points
    let mut bytes = std::fs::read(kept("old.safetensors")).unwrap();
    let at = bytes.windows(8).position(|w| w == b"f69786d0").expect("the fingerprint");
    bytes[at] = b'0';
    let body = bytes.len() - 32;
    let checksum = <sha2::Sha256 as sha2::Digest>::digest(&bytes[..body]);
    bytes[body..].copy_from_slice(&checksum);
    let other = folder.0.join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("step-00000010.safetensors"), bytes).unwrap();
    let ended = run(&format!("train --resume {}", other.display()));
    assert!(
        ended.code == Some(4) && ended.err.contains("not the ones that the run began with"),
        "{ended:?}"
    );
}
