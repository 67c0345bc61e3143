//! What the name of an output promises is written, or refused before anything is done.

use super::{Folder, run};
use scorelab_lab::read::{Table, TableOptions};

/// Every subcommand that writes a file, with the words that it needs, and whether it writes points.
const WRITERS: [(&str, bool); 5] = [
    ("sample --scene three --samples 7 --steps 4", true),
    ("data --scene three --points 7", true),
    ("field --scene three --grid -1,1,3", false),
    ("eval --scene three --samples 100 --steps 4", false),
    ("check 1 --points", false),
];

#[test]
fn every_ending_is_what_it_says_or_is_refused() {
    let folder = Folder::new("endings");
    for (words, points) in WRITERS {
        for end in [
            "csv", "CSV", "json", "Json", "npz", "NPZ", "npy", "txt", "png", "tsv", "pdf", "csv.gz",
        ] {
            let out = folder.path(&format!("{}.{end}", &words[..4]));
            let ended = run(&format!("{words} --out {out}"));
            let low = end.to_lowercase();
            let array = points && ["npz", "npy"].contains(&low.as_str());
            if !(["csv", "json", "txt"].contains(&low.as_str()) || array) {
                assert_eq!(
                    (ended.code, ended.err.lines().count()),
                    (Some(2), 1),
                    "{words} {end}: {ended:?}"
                );
                assert!(!std::path::Path::new(&out).exists(), "{words} {end}: nothing is written");
                continue;
            }
            assert_eq!(ended.code, Some(0), "{words} {end}: {ended:?}");
            let bytes = std::fs::read(&out).unwrap();
            let right = match low.as_str() {
                "csv" => csv::Reader::from_reader(&bytes[..])
                    .records()
                    .all(|row| row.is_ok_and(|row| row.len() > 1)),
                "json" => serde_json::from_slice::<Vec<serde_json::Value>>(&bytes).is_ok(),
                "npz" => bytes.starts_with(b"PK"),
                "npy" => bytes.starts_with(b"\x93NUMPY"),
                // numbers to compute with are never cut to six digits
                _ if words.starts_with("check") => bytes.starts_with(b"alpha,"),
                _ => String::from_utf8(bytes)
                    .unwrap()
                    .lines()
                    .nth(1)
                    .is_some_and(|line| line.contains("───")),
            };
            assert!(right, "{words} {end}");
        }
        let both = run(&format!("{words} --out {} --format json", folder.path("both.csv")));
        assert_eq!(both.code, Some(2), "{both:?}");
        assert!(both.err.contains("--format is json, but it must be left out"), "{both:?}");
    }
}

#[test]
fn files_of_points_are_read_back() {
    let folder = Folder::new("back");
    let mut read = Vec::new();
    for end in ["csv", "json", "npz", "npy"] {
        let out = folder.path(&format!("p.{end}"));
        assert_eq!(run(&format!("data --scene three --points 20 --out {out}")).code, Some(0));
        let table = Table::read(&out, TableOptions::default()).unwrap();
        read.push(table.points(&[], Some(2)).unwrap());
        let field = run(&format!("field --scene three --points {out} --format csv"));
        assert_eq!((field.code, field.out.lines().count()), (Some(0), 21), "{end}: {field:?}");
    }
    assert!(read.iter().all(|x| x == read[0]));
    // columns by name: a field's own answer, and the points of an exercise
    for words in ["field --scene three --grid -1,1,3", "check 1 --points"] {
        let out = folder.path("f.csv");
        assert_eq!(run(&format!("{words} --out {out}")).code, Some(0));
        assert_eq!(run(&format!("field --scene three --points {out}")).code, Some(0), "{words}");
    }
}
