//! `docs/data.md`: its table of scenes is the list of scenes.

use super::read;
use scorelab::data::Scene;
use scorelab::score::ScoreFn;

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
