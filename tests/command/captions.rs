//! Captions at the command line: a training that goes on, samples in both languages, what is measured, what is refused.

use super::{Ended, Folder, answer, checkpoints, json, program, run};

/// A training of a network for captions that takes a moment and leaves no branch of it closed.
const SMALL: &str = "train --model caption --points 300 --batch 64 --width 16 --depth 1 --features 8 --steps 6 \
                     --learning-rate 0.02 --warmup 0 --ema 0.1 --every 2 --threads 1";

/// What the program says to these words and a caption.
fn of_caption(words: &str, caption: &str) -> Ended {
    let ended = program(words).args(["--caption", caption]).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: ended.status.code(), out: text(ended.stdout), err: text(ended.stderr) }
}

#[test]
fn a_caption_training_that_goes_on_from_an_earlier_checkpoint_ends_with_the_same_bits() {
    let folder = Folder::new("caption-train");
    let [whole, out] = ["whole", "out"].map(|name| folder.0.join(name));
    for path in [&whole, &out] {
        answer(&format!("{SMALL} --out {}", path.display()));
    }
    let last = |path: &std::path::Path| std::fs::read(checkpoints(path).last().unwrap()).unwrap();
    let end = last(&whole);
    std::fs::remove_file(checkpoints(&out).last().unwrap()).unwrap();
    assert_ne!(last(&out), end, "the wrong twin: it has not gone on yet");
    answer(&format!("train --resume {} --threads 2", out.display()));
    assert_eq!(last(&out), end);
    let again = run(&format!("{SMALL} --out {}", out.display()));
    assert!(again.err.contains("it already holds a run"), "{again:?}");
}

#[test]
fn a_caption_is_drawn_measured_and_described() {
    let folder = Folder::new("caption-sample");
    let (net, judge) = (folder.path("net"), folder.path("judge"));
    answer(&format!("{SMALL} --show 0.05 --out {net}"));
    assert!(folder.0.join("net/samples_so_far.png").is_file());
    let clean = "train --model clean --data captions --points 300 --width 16 --depth 1 --steps 5";
    answer(&format!("{clean} --seed 1 --out {judge}"));
    let draw = format!("sample --score {net} --gamma 3 --samples 4 --steps 3 --format csv");
    let drawn = |caption| of_caption(&draw, caption);
    let english = drawn("a three wearing sunglasses");
    assert_eq!((english.code, english.out.lines().count()), (Some(0), 5), "{english:?}");
    assert_eq!(drawn("số ba đeo kính râm").out, english.out);
    assert_eq!(drawn("Sunglasses, a THREE").out, english.out);
    assert_ne!(drawn("a three with a hat").out, english.out, "another caption is another image");
    assert_ne!(answer(&draw.replace("--gamma 3 ", "")), english.out, "∅ is not a caption");
    let out = folder.path("sheet.png");
    assert_eq!(of_caption(&draw.replace("csv", "table"), "a three").code, Some(0));
    let sheet = draw.replace("--format csv", &format!("--out {out}"));
    assert_eq!(of_caption(&sheet, "a bold eight, underlined").code, Some(0));

    let eval = format!("eval --score {net} --judge {judge} --gamma 1,2 --samples 40 --steps 3");
    let measured = of_caption(&format!("{eval} --format json"), "a boxed zero");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&measured.out).unwrap();
    let values = |name: &str| -> Vec<f64> {
        let of = rows.iter().filter(|row| row["metric"] == name);
        of.map(|row| row["value"].as_f64().unwrap()).collect()
    };
    for name in ["digit_right", "attributes_right", "all_right", "hat", "boxed", "fd"] {
        assert_eq!(values(name).len(), 2, "{name}: {rows:?}");
    }
    // a network of six steps draws no frame, and fresh drawings have one; the judge knows little yet
    assert!(values("boxed").iter().all(|share| *share < 0.5), "{rows:?}");
    let [all, digit] = ["all_right", "digit_right"].map(values);
    assert!(all.iter().zip(&digit).all(|(all, digit)| all <= digit));
    assert_eq!(values("held_out_all_right").len(), 1);

    let about = json(&format!("info {net}"));
    let told = |name: &str| {
        let row = about.iter().find(|row| row["property"] == name);
        row.unwrap_or_else(|| panic!("{name}: {about:?}"))["value"].clone()
    };
    assert_eq!(
        (told("patches"), told("vocabulary"), told("words")),
        (16.into(), 16.into(), 3.into())
    );
    assert_eq!((told("kind"), told("step")), ("joint score network".into(), 6.into()));
    assert_eq!(told("recipe.model"), "caption");
}

#[test]
fn what_cannot_be_asked_of_a_network_for_captions_is_refused_in_one_sentence() {
    let folder = Folder::new("caption-refused");
    let (net, joint) = (folder.path("net"), folder.path("joint"));
    answer(&format!("{SMALL} --out {net}"));
    let small = "--points 300 --width 16 --depth 1 --steps 2 --batch 64";
    answer(&format!("train --model joint --data digits {small} --out {joint}"));
    let sample = format!("sample --score {net} --samples 1 --steps 2");
    let long = "three ".repeat(10_000);
    for (words, caption, told) in [
        (&sample, "", "the number of words of the caption is 0"),
        (&sample, &long, "is 10000, but it must be at most 32"),
        (&sample, "a three wearing sunglases", "did you mean \"sunglasses\"?"),
        (&sample, "số ba đeo kính", "must be \"râm\""),
        (&sample, "a hat", "must be one that names a digit"),
        (&sample, "a bold tilted three with a hat", "wears is 3, but it must be at most 2"),
        (&format!("{sample} --class 3"), "three", "--caption says what is wanted"),
        (&format!("{sample} --mask x1=0"), "three", "only of a scene is something observed"),
        (
            &sample.replace(&net, &joint),
            "three",
            "given together with a --score that knows captions",
        ),
        (&format!("{sample} --guiding {joint}"), "three", "was trained on different data"),
        (&format!("{sample} --also no:1"), "three", "word 1 of the caption is \"no\""),
        (&format!("eval --score {net} --samples 20"), "three", "--judge is required"),
    ] {
        let ended = of_caption(words, caption);
        assert!(ended.err.contains(told), "{words} --caption {caption:.40}: {ended:?}");
        assert!(ended.code.is_some_and(|code| code != 0) && ended.err.len() < 800, "{ended:?}");
        assert!(!ended.err.contains("panicked"), "{ended:?}");
    }
    let plot = format!("plot --score {net} --out {}", folder.path("p"));
    for command in [
        &sample,
        &format!("eval --score {net} --samples 20"),
        &format!("field --score {net}"),
        &format!("{plot} word-attention"),
    ] {
        let ended = run(&format!("{command} --class 3"));
        assert!(ended.err.contains("say what is wanted with --caption"), "{command}: {ended:?}");
        // which the command takes
        let ended = of_caption(command, "a hat");
        assert!(ended.err.contains("must be one that names a digit"), "{command}: {ended:?}");
    }
    for (words, caption, told) in [
        (format!("{plot} composition"), "three", "these figures do: word-attention"),
        (format!("{plot} sheets"), "three", "with them: word-attention, composition"),
        (format!("{plot} word-attention"), "a bold three with a hat", "two columns for each word"),
        ("plot sheets".into(), "three", "a --score that knows captions"),
    ] {
        let ended = of_caption(&words, caption);
        assert!(ended.code == Some(2) && ended.err.contains(told), "{words}: {ended:?}");
    }
    for (words, told) in [
        (format!("{plot} sheets"), "with them: word-attention, composition"),
        (format!("eval --score {joint} --judge {net} --samples 20"), "architecture"),
        (format!("page --score {net} --out {}", folder.path("p.html")), "784 dimensions"),
    ] {
        let ended = run(&words);
        assert!(ended.code != Some(0) && ended.err.contains(told), "{words}: {ended:?}");
        assert!(!ended.err.contains("panicked"), "{ended:?}");
    }
}

/// Samples of images as numbers (n, 784).
fn sampled(words: &str) -> Vec<Vec<f64>> {
    let csv = answer(&format!("{words} --format csv"));
    let row = |line: &str| line.split(',').map(|v| v.parse().unwrap()).collect();
    csv.lines().skip(1).map(row).collect()
}

#[test]
fn of_an_image_a_half_is_known_and_the_rest_is_drawn() {
    let folder = Folder::new("image");
    let (net, joint) = (folder.path("net"), folder.path("joint"));
    answer(&format!("{SMALL} --out {net}"));
    let small = "--points 300 --width 16 --depth 1 --steps 2 --batch 64";
    answer(&format!("train --model joint --data digits {small} --out {joint}"));
    let walk = "--samples 2 --steps 4";
    // coordinates, ink from −1 to 1: replacement leaves what is known as it is
    let sample = format!("sample --score {net} {walk} --method replacement --image three:0");
    let known = |mask: &str| sampled(&format!("{sample} --mask {mask}"));
    let (lower, upper) = (known("lower"), known("upper"));
    let off = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0f64, |m, (a, b)| m.max((a - b).abs()));
    assert_eq!((lower.len(), lower[0].len()), (2, 784));
    let shared = off(&lower[0][392..], &lower[1][392..]);
    assert!(shared <= 1e-9, "two samples share the known half: {shared}");
    let rest = off(&lower[0][..392], &lower[1][..392]);
    assert!(rest > 1.0, "and not the rest: {rest}");
    // the halves of one image are an image: the wrong twin is another one
    let other = sampled(&format!(
        "sample --score {net} {walk} --method replacement --image three:1 --mask upper"
    ));
    assert!(off(&upper[0][..392], &other[0][..392]) > 1.0);
    for (words, told) in [
        (format!("sample --score {joint} {walk} --image 3:0"), "given together with the --mask"),
        (format!("sample --score {joint} {walk} --mask lower"), "`sample --image` of an image"),
        (format!("sample --score {joint} {walk} --image 3:0 --mask lower,upper"), "left to draw"),
        (format!("sample --score {joint} {walk} --image 3:0 --mask middle"), "one of lower, upper"),
        (format!("sample --score {joint} {walk} --image 3 --mask lower"), "a PNG file, or a class"),
        (
            format!("sample --score {joint} {walk} --image 3:x --mask lower"),
            "a PNG file, or a class",
        ),
        (format!("sample --score {joint} {walk} --image ten:0 --mask lower"), "ten"),
        (format!("sample --score {joint} {walk} --image no.png --mask lower"), "no.png"),
        ("sample --image 3:0 --mask lower".to_string(), "the score is not one of images"),
        (
            format!("sample --score {joint} {walk} --image 3:0 --mask lower --tolerance nan"),
            "--tolerance is NaN",
        ),
        (
            format!("sample --score {joint} {walk} --image 3:0 --mask lower --method replacement"),
            "a mask that is exact",
        ),
        (
            format!("sample --score {joint} {walk} --image 3:0 --mask lower --classifier exact"),
            "only a scene has an exact classifier",
        ),
    ] {
        let ended = run(&words);
        let code = if words.contains("no.png") { 3 } else { 2 };
        assert_eq!(ended.code, Some(code), "{words}: {ended:?}");
        assert!(ended.err.contains(told) && !ended.err.contains("panicked"), "{words}: {ended:?}");
    }
    // components: what is known is kept the better, the smaller τ is; γ = 0 knows nothing
    let of = |more: &str| {
        sampled(&format!(
            "sample --score {joint} --samples 2 --image 3:0 --mask lower --steps 16 {more}"
        ))
    };
    let spread = |x: &[Vec<f64>]| off(&x[0][392..], &x[1][392..]);
    assert!(spread(&of("--tolerance 0.01")) < 0.5 * spread(&of("--gamma 0")));
}
