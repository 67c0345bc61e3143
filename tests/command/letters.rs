//! Images of any set of classes: letters by their labels, and folders of PNG files.

use super::{Folder, answer, json, run};
use std::fs::{File, create_dir_all, write};

/// The side of an image.
const SIDE: usize = 6;

/// The shade of a pixel of an image of this class: its own pixel is bright.
fn shade(class: usize, image: usize, pixel: usize) -> u8 {
    let noise = ((image * 31 + pixel * 17) % 40) as u8;
    if pixel == class { 215 + noise } else { noise }
}

/// A folder with 26 letters, labelled from 1 as EMNIST has them, 30 images each.
fn letters(folder: &Folder) -> String {
    let path = folder.path("letters");
    create_dir_all(&path).unwrap();
    let count: usize = 26 * 30;
    let head = |rank: u8, sizes: &[usize]| {
        let sizes = sizes.iter().flat_map(|n| (*n as u32).to_be_bytes());
        [0, 0, 8, rank].into_iter().chain(sizes).collect::<Vec<u8>>()
    };
    let class = |image: usize| image % 26;
    let pixels = (0..count).flat_map(|i| (0..SIDE * SIDE).map(move |p| shade(class(i), i, p)));
    let images: Vec<u8> = head(3, &[count, SIDE, SIDE]).into_iter().chain(pixels).collect();
    let labels = (0..count).map(|i| class(i) as u8 + 1);
    let labels: Vec<u8> = head(1, &[count]).into_iter().chain(labels).collect();
    write(format!("{path}/train-images-idx3-ubyte"), images).unwrap();
    write(format!("{path}/train-labels-idx1-ubyte"), labels).unwrap();
    path
}

/// By how much the pixel of its class is brighter in a sample than that of the next class, on average.
fn contrast(rows: &[serde_json::Value]) -> f64 {
    let pixel =
        |row: &serde_json::Value, class: u64| row[format!("x{}", class + 1)].as_f64().unwrap();
    let one = |row: &serde_json::Value| {
        let class = row["class"].as_u64().unwrap();
        pixel(row, class) - pixel(row, (class + 1) % 26)
    };
    rows.iter().map(one).sum::<f64>() / rows.len() as f64
}

#[test]
fn letters_are_trained_steered_and_judged() {
    let folder = Folder::new("letters");
    let data = letters(&folder);
    let (out, judge) = (folder.path("run"), folder.path("judge"));
    let small = "--points 700 --batch 128 --steps 400 --width 64 --depth 2 --learning-rate 0.005";
    answer(&format!("train --model joint --data {data} --components 30 {small} --out {out}"));
    answer(&format!("train --model clean --data {data} {small} --out {judge}"));
    let info = answer(&format!("info {out}"));
    assert!(info.contains("data.class-names"), "{info}");
    let each = json(&format!("sample --score {out} --class all --gamma 2 --samples 52 --steps 12"));
    let names: Vec<&str> = each[..26].iter().map(|row| row["name"].as_str().unwrap()).collect();
    let right: Vec<String> = (1..=26).map(|label| label.to_string()).collect();
    assert_eq!(names, right);
    assert!(contrast(&each) > 0.5, "steered to its own letter: {}", contrast(&each));
    let mut twin = each.clone();
    let moved = |row: &mut serde_json::Value| {
        row["class"] = ((row["class"].as_u64().unwrap() + 7) % 26).into()
    };
    twin.iter_mut().for_each(moved);
    assert!(contrast(&twin) < 0.3, "the wrong twin: another letter: {}", contrast(&twin));
    // a label is a name: 26 is the last class, whose number is 25
    let of = |class: &str| {
        answer(&format!("sample --score {out} --class {class} --samples 3 --steps 4 --format csv"))
    };
    assert_eq!(of("26"), of("26"));
    assert_ne!(of("26"), of("1"));
    assert!(
        run(&format!("sample --score {out} --class 27")).err.contains("or a number from 0 to 25")
    );
    let rows = json(&format!(
        "eval --score {out} --judge {judge} --class all --gamma 2 --samples 40 --steps 8"
    ));
    let accuracy = rows.iter().find(|row| row["metric"] == "accuracy").unwrap();
    assert!(accuracy["value"].as_f64().unwrap() > 0.3, "by chance one in 26: {rows:?}");
}

/// A folder of PNG files with these classes, 24 images each.
fn pngs(folder: &Folder, name: &str, classes: &[&str]) -> String {
    let path = folder.path(name);
    for (class, called) in classes.iter().enumerate() {
        create_dir_all(format!("{path}/{called}")).unwrap();
        for image in 0..24 {
            let file = File::create(format!("{path}/{called}/{image}.png")).unwrap();
            let mut encoder = png::Encoder::new(file, SIDE as u32, SIDE as u32);
            encoder.set_color(png::ColorType::Grayscale);
            encoder.set_depth(png::BitDepth::Eight);
            let grey: Vec<u8> = (0..SIDE * SIDE).map(|pixel| shade(class, image, pixel)).collect();
            encoder.write_header().unwrap().write_image_data(&grey).unwrap();
        }
    }
    path
}

#[test]
fn a_folder_of_pngs_is_trained_and_steered_by_the_names_of_its_folders() {
    let folder = Folder::new("pngs");
    let data = pngs(&folder, "pictures", &["cây", "nhà", "sông"]);
    create_dir_all(format!("{data}/empty")).unwrap(); // a class that is not there
    let out = folder.path("run");
    let small = "--batch 128 --steps 30 --width 16 --depth 1";
    answer(&format!("train --model joint --data {data} --components 4 {small} --out {out}"));
    let each = json(&format!("sample --score {out} --class all --samples 3 --steps 4"));
    let names: Vec<&str> = each.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["cây", "nhà", "sông"]);
    answer(&format!("sample --score {out} --class nhà --samples 2 --steps 4"));
    let rows = json(&format!("data --data {data} --points 72"));
    assert_eq!(rows.len(), 72);
    let first: std::collections::BTreeSet<&str> =
        rows[..24].iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(first.len(), 3, "the first images are of every class");
    assert_eq!(run(&format!("train --resume {out}")).code, Some(0));
    std::fs::remove_file(format!("{data}/cây/3.png")).unwrap();
    let ended = run(&format!("train --resume {out}"));
    assert!(
        ended.code == Some(4) && ended.err.contains("not the ones that the run began with"),
        "{ended:?}"
    );
}
