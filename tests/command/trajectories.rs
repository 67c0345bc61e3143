//! Walks from starts of one's own, and their trajectories.

use super::{Folder, answer, json, run};

/// The lines below the names.
fn lines(text: &str) -> Vec<&str> {
    text.lines().skip(1).collect()
}

#[test]
fn a_way_begins_at_its_start_and_ends_in_its_sample() {
    let folder = Folder::new("ways");
    for way in [
        "--scene three --samples 7 --steps 5 --seed 3",
        "--scene three --samples 7 --steps 5 --class 1 --gamma 3 --sampler sde",
        "--scene three --samples 7 --steps 9 --class 1 --gamma 3 --interval 0.3,3",
    ] {
        let rows = json(&format!("sample {way} --trajectory"));
        let steps = rows.last().unwrap()["step"].as_u64().unwrap() as usize;
        assert_eq!(rows.len(), 7 * (steps + 1), "{way}");
        assert_eq!(rows.last().unwrap()["t"], 0.0);
        let point = |row: &serde_json::Value| [row["x1"].clone(), row["x2"].clone()];
        let ends: Vec<_> = json(&format!("sample {way}")).iter().map(point).collect();
        assert_eq!(rows[7 * steps..].iter().map(point).collect::<Vec<_>>(), ends, "{way}");
        // the first time is a file of starts, from which the same walks begin
        let first: String =
            rows[..7].iter().map(|row| format!("{},{}\n", row["x1"], row["x2"])).collect();
        let start = folder.file("start.csv", &first);
        let bare = way.replace("--samples 7", "").replace("--seed 3", "");
        let again: Vec<_> =
            json(&format!("sample {bare} --start {start}")).iter().map(point).collect();
        assert_eq!(again, ends, "{way}");
        let moved = folder.file("moved.csv", &first.replacen('.', "1.", 1));
        let moved: Vec<_> =
            json(&format!("sample {bare} --start {moved}")).iter().map(point).collect();
        assert_ne!(moved, ends, "the wrong twin: another start");
    }
}

#[test]
fn ways_are_an_array_of_three_dimensions_with_their_times() {
    let folder = Folder::new("way-arrays");
    let way = "sample --scene three --samples 4 --steps 3 --trajectory";
    let table = answer(&format!("{way} --format csv"));
    assert!(table.starts_with("step,t,sample,x1,x2\n"), "{table}");
    let numbers: Vec<f64> = lines(&table)
        .iter()
        .flat_map(|line| line.split(',').skip(3).map(|x| x.parse().unwrap()).collect::<Vec<f64>>())
        .collect();
    let (npy, npz) = (folder.path("w.npy"), folder.path("w.npz"));
    answer(&format!("{way} --out {npy}"));
    answer(&format!("{way} --out {npz}"));
    let bytes = std::fs::read(&npy).unwrap();
    let header = String::from_utf8_lossy(&bytes[..128]).into_owned();
    assert!(header.contains("'shape': (4, 4, 2)"), "{header}");
    let held: Vec<f64> =
        bytes[128..].chunks(8).map(|eight| f64::from_le_bytes(eight.try_into().unwrap())).collect();
    assert_eq!(held, numbers);
    // an archive stores its arrays as they are
    let archive = std::fs::read(&npz).unwrap();
    let holds = |piece: &[u8]| archive.windows(piece.len()).any(|own| own == piece);
    assert!(holds(&bytes), "the array x");
    assert!(holds(b"t.npy") && holds(b"'shape': (4,)"), "the times");
    // every class in turn tells which one
    let points = folder.file("p.csv", &"0,1,a\n1,0,b\n2,3,a\n0,2,b\n".repeat(9));
    let run = folder.path("run");
    let small = "--steps 3 --batch 128 --width 8 --depth 1";
    answer(&format!("train {small} --model joint --data {points} --out {run}"));
    let rows =
        json(&format!("sample --score {run} --class all --samples 4 --steps 3 --trajectory"));
    let names: Vec<&str> = rows[12..].iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "b", "a", "b"]);
}

#[test]
fn starts_and_ways_that_cannot_be_are_refused_in_words() {
    let folder = Folder::new("no-ways");
    let start = folder.file("start.csv", "0,1\n2,3\n-4,5\n");
    let nan = folder.file("nan.csv", "0,1\n2,nan\n");
    let three = folder.file("three.csv", "0,1,2\n2,3,4\n");
    let empty = folder.file("empty.csv", "");
    let from = |file: &str, more: &str| format!("sample --scene three --start {file} {more}");
    for (words, piece) in [
        (from(&start, "--samples 4"), "--samples is 4, but it must be left out, or 3, as many"),
        (from(&start, "--seed 4"), "--seed is given, but it must be left out"),
        (from(&nan, ""), "row 2, column 2: NaN is not a number"),
        (from(&three, ""), "it has 3 columns of numbers, but a point here has 2"),
        (from(&empty, ""), "it holds no numbers"),
        (from(&folder.path("nosuch.csv"), ""), "nosuch.csv"),
        (
            from(&start, &format!("--trajectory --out {}", folder.path("a.png"))),
            "no sheet of images",
        ),
        (
            "sample --scene three --samples 1000000 --steps 1000 --trajectory --format csv".into(),
            "the memory for what is written is about",
        ),
    ] {
        let ended = run(&words);
        assert!(matches!(ended.code, Some(2..=4)), "{words}: {ended:?}");
        assert!(ended.err.contains(piece) && ended.err.lines().count() == 1, "{words}: {ended:?}");
    }
    for good in [from(&start, "--samples 3"), from(&start, "--seed 4 --sampler ancestral")] {
        assert_eq!(run(&good).code, Some(0), "{good}");
    }
    assert_eq!(lines(&answer(&from(&three, "--columns 3,1 --format csv"))).len(), 2);
}
