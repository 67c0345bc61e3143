//! `docs/data.md`: its commands run, and its table of scenes is the list of scenes.

use super::{commands, read};
use scorelab::data::Scene;
use scorelab::score::ScoreFn;
use std::path::PathBuf;
use std::process::Command;

/// Sizes that make a training a matter of a second.
const SMALL: &str = "--steps 40 --points 2000 --batch 128 --width 16 --depth 2";

/// A folder that is removed when it goes out of sight.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn every_command_about_ones_own_data_runs_one_after_the_other() {
    let folder = std::env::temp_dir().join(format!("scorelab-{}-d-data", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let folder = Folder(folder);
    let row = |i: usize| {
        let (side, label) = if i.is_multiple_of(2) { (-1.0, "left") } else { (1.0, "right") };
        format!("{},{},{label}\n", side * (1.5 + 0.01 * i as f64), 0.05 * (i % 9) as f64)
    };
    let points: String = std::iter::once("x,y,label\n".into()).chain((0..80).map(row)).collect();
    std::fs::write(folder.0.join("points.csv"), points).unwrap();
    let text = read("docs/data.md");
    let all = commands(&text);
    assert!(all.len() >= 8, "{all:?}");
    assert!(all[0].starts_with("scorelab train") && all[2].starts_with("scorelab eval"));
    for command in all {
        let mut words = command.strip_prefix("scorelab ").expect(command).to_string();
        if words.starts_with("train") {
            words = format!("{words} {SMALL}");
        }
        let mut program = Command::new(env!("CARGO_BIN_EXE_scorelab"));
        let ended = program.args(words.split(' ')).current_dir(&folder.0).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.success(), "{command}: {said}");
    }
    for made in ["samples.csv", "ways.npz", "ends.csv", "out/mine-figures"] {
        assert!(folder.0.join(made).exists(), "{made}");
    }
}

/// Name, dimension and number of classes of each row of a table of scenes.
fn listed(text: &str) -> Vec<(String, usize, usize)> {
    let rows = text.lines().map(|line| line.trim_start_matches("/// ")).filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let name = cells.get(1)?.strip_prefix('`')?.strip_suffix('`')?;
        Some((name.into(), cells.get(2)?.parse().ok()?, cells.get(3)?.parse().ok()?))
    });
    rows.collect()
}

#[test]
fn the_tables_of_scenes_list_every_scene_as_it_is() {
    let scene = |name: &&str| {
        let scene = Scene::named(name).unwrap();
        (scene.name.clone(), scene.mixture.dim(), scene.class_names.len())
    };
    let right: Vec<_> = Scene::names().iter().map(scene).collect();
    assert_eq!(listed(&read("docs/data.md")), right);
    assert_eq!(listed(&read("src/data/mod.rs")), right);
    assert_ne!(listed("| `three` | 2 | 4 | a twin |"), right[1..2]);
}
