//! The folder of a run: nothing of the user's in it is touched, and no run is begun over another.

use super::{Folder, SMALL, checkpoints, run};
use std::fs;

/// What a folder holds, by name, but for the lock.
fn held(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap());
    let named = entries
        .map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap_or_default()));
    let mut all: Vec<_> = named.filter(|(name, _)| name != ".lock").collect();
    all.sort();
    all
}

#[cfg(unix)]
#[test]
fn resuming_where_no_run_is_writes_nothing_and_follows_no_link() {
    let folder = Folder::new("victim");
    let victim = folder.file("victim", "precious");
    let run_folder = folder.0.join("d");
    fs::create_dir(&run_folder).unwrap();
    std::os::unix::fs::symlink("../victim", run_folder.join(".lock")).unwrap();
    fs::write(run_folder.join("film.part"), "half").unwrap();
    for words in ["train --resume", "train --steps 1 --points 300 --width 8 --out"] {
        let ended = run(&format!("{words} {}", run_folder.display()));
        assert_eq!(ended.code, Some(4), "{ended:?}");
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious", "{words}");
        assert_eq!(fs::read_to_string(run_folder.join("film.part")).unwrap(), "half");
    }
    fs::remove_file(run_folder.join(".lock")).unwrap();
    let ended = run(&format!("train --resume {}", run_folder.display()));
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert_eq!(fs::read_dir(&run_folder).unwrap().count(), 1, "no lock is made either");
}

#[cfg(unix)]
#[test]
fn no_name_of_the_programs_own_is_followed_as_a_link() {
    let folder = Folder::new("own-names");
    let victim = folder.file("victim", "precious");
    let link = |dir: &str, name: &str| {
        fs::create_dir_all(folder.0.join(dir)).unwrap();
        std::os::unix::fs::symlink("../victim", folder.0.join(dir).join(name)).unwrap();
    };
    let text = "[train]\nscene = \"three\"\nsteps = 2\npoints = 300\nwidth = 8\ndepth = 1\n[eval]\nsamples = 60\nsteps = 2\n";
    let grid = folder.file("grid.toml", text);
    link("plot", "04_two_scores.svg");
    link("sweep", "results.csv");
    link("idx", "train-images-idx3-ubyte");
    link("show", "samples_so_far.png");
    let [plot, sweep, idx, show] = ["plot", "sweep", "idx", "show"].map(|dir| folder.path(dir));
    for words in [
        format!("plot two-scores --scene three --format svg --out {plot}"),
        format!("sweep {grid} --out {sweep}"),
        format!("data --data digits --points 3 --idx {idx}"),
        format!("train {SMALL} --scene three --show 0.01 --out {show}"),
    ] {
        let ended = run(&words);
        assert_eq!(ended.code, Some(0), "{words}: {ended:?}");
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious", "{words}");
    }
    // the wrong twin: a name that the user gives is followed
    link("own", "points.csv");
    let out = folder.path("own/points.csv");
    assert_eq!(run(&format!("data --scene three --points 3 --out {out}")).code, Some(0));
    assert_ne!(fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn a_run_whose_checkpoints_cannot_be_read_is_not_begun_anew() {
    let folder = Folder::new("unread");
    let out = folder.path("out");
    assert_eq!(run(&format!("train {SMALL} --out {out}")).code, Some(0));
    let newest = checkpoints(folder.0.join("out").as_path());
    for path in &newest {
        fs::write(path, b"damaged").unwrap();
    }
    let before = held(&folder.0.join("out"));
    let ended = run(&format!("train {SMALL} --out {out}"));
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.err.contains("it holds a run whose checkpoints cannot be read"), "{ended:?}");
    assert_eq!(held(&folder.0.join("out")), before);
    // nor in a sweep
    let grid = folder.file("grid.toml", "[grid.train]\nwidth = [8]\n[train]\nsteps = 5\npoints = 300\ndepth = 1\n[eval]\nsamples = 100\nsteps = 4\n");
    let sweep = folder.path("sweep");
    assert_eq!(run(&format!("sweep {grid} --out {sweep}")).code, Some(0));
    let of_run =
        fs::read_dir(&sweep).unwrap().map(|e| e.unwrap().path()).find(|p| p.is_dir()).unwrap();
    for path in checkpoints(&of_run) {
        fs::write(path, b"damaged").unwrap();
    }
    let results = fs::read_dir(&sweep)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"));
    results.for_each(|path| fs::remove_file(path).unwrap());
    let before = held(&of_run);
    let ended = run(&format!("sweep {grid} --out {sweep}"));
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert_eq!(held(&of_run), before);
}

#[test]
fn the_default_folder_is_in_out_whatever_the_scene_is_called() {
    let folder = Folder::new("evil");
    let text = "name = \"x/../../evil\"\n[[component]]\nweight = 1\nmean = [0, 0]\nsd = 1\nlabel = \"a\"\n";
    let scene = folder.file("evil.toml", text);
    let work = folder.0.join("a/b");
    fs::create_dir_all(&work).unwrap();
    let words = format!("train --scene {scene} --steps 2 --points 50 --width 8 --depth 1");
    let ended = super::program(&words).current_dir(&work).output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(checkpoints(&work.join("out/score-x-------evil")).len(), 2);
}

#[test]
fn the_default_folder_of_a_sweep_is_in_out_whatever_the_grid_is_called() {
    let folder = Folder::new("dots");
    let text = "[eval]\nscene = \"three\"\nsamples = 60\nsteps = 2\n";
    for name in ["..toml", "...toml"] {
        folder.file(name, text);
        let ended = super::program(&format!("sweep ./{name}")).current_dir(&folder.0).output();
        assert!(ended.unwrap().status.success(), "{name}");
    }
    assert!(folder.0.join("out/-/results.csv").exists());
    assert!(folder.0.join("out/--/results.csv").exists());
    let long = "x".repeat(3000);
    let scene = folder.file(
        "long.toml",
        &format!(
            "name = {long:?}\n[[component]]\nweight = 1\nmean = [0, 0]\nsd = 1\nlabel = \"a\"\n"
        ),
    );
    let words = format!("train --scene {scene} --steps 2 --points 50 --width 8 --depth 1");
    let ended = super::program(&words).current_dir(&folder.0).output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_keeps_its_name_and_leaves_no_part() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new("name");
    for name in [&b"s\xff.csv"[..], b"s\xff.npz", b"s\xff.npy", b"s\xff.png"] {
        let out = folder.0.join(std::ffi::OsStr::from_bytes(name));
        let words = "data --data digits --points 3";
        let ended = super::program(words).arg("--out").arg(&out).output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
        assert!(out.is_file(), "{name:?}");
    }
    let names = fs::read_dir(&folder.0).unwrap().map(|e| e.unwrap().file_name());
    let strange: Vec<_> = names.filter(|n| !n.as_bytes().starts_with(b"s\xff")).collect();
    assert!(strange.is_empty(), "{strange:?}");
}
