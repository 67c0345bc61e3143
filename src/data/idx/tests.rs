use super::super::digit_names;
use super::*;
use crate::rng::{Purpose, stream};
use flate2::{Compression, write::GzEncoder};
use ndarray::Array2;
use rand::Rng;
use std::io::Write;

/// The digits of these names.
fn digits(which: &[usize]) -> Vec<super::super::ClassName> {
    which.iter().map(|digit| digit_names()[*digit].clone()).collect()
}

/// Three images of 2 × 3 pixels, of a three, a zero and a nine.
fn small() -> Images {
    Images {
        name: "small".into(),
        height: 2,
        width: 3,
        pixels: Array2::from_shape_fn((3, 6), |(i, j)| (40 * i + 7 * j) as u8),
        labels: vec![1, 0, 2],
        class_names: digits(&[0, 3, 9]),
    }
}

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("scorelab-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = GzEncoder::new(vec![], Compression::default());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

/// The two files of [`small`].
fn files() -> [Vec<u8>; 2] {
    let images = [&[0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3][..]];
    let pixels = small().pixels.iter().copied().collect::<Vec<u8>>();
    [[images[0], &pixels].concat(), vec![0, 0, 8, 1, 0, 0, 0, 3, 3, 0, 9]]
}

/// What a file of that content is read as.
fn parse(bytes: &[u8], kind: Kind) -> Result<Vec<u8>> {
    let idx = Idx::new(Cursor::new(bytes), "f".into(), kind)?;
    match kind {
        Kind::Images => idx.values(),
        Kind::Labels => {
            let (labels, classes) = idx.classes(None)?;
            Ok(labels.into_iter().map(|y| classes[y]).collect())
        }
    }
}

#[test]
fn the_bytes_of_two_files_are_the_images_of_their_folder() {
    let [images, labels] = files();
    for (images, labels) in [(images.clone(), gzip(&labels)), (gzip(&images), labels.clone())] {
        assert_eq!(Images::parse(&images, &labels, "small").unwrap(), small());
    }
    let fewer = small().take(2);
    let dir = folder("idx-fewer");
    let written = fewer.write_idx(&dir, Part::Train).unwrap();
    let message =
        Images::parse(&images, &fs::read(&written[1]).unwrap(), "small").unwrap_err().to_string();
    assert!(
        message.contains("promises 2 labels, but train-images-idx3-ubyte has 3 images"),
        "{message}"
    );
    fs::remove_dir_all(dir).unwrap();
}

/// The message with which it is refused.
#[track_caller]
fn refused(bytes: &[u8], kind: Kind) -> String {
    let message = parse(bytes, kind).unwrap_err().to_string();
    assert!(message.starts_with("f: ") && message.lines().count() == 1, "{message}");
    message
}

#[test]
fn what_is_written_is_read_back_under_every_name() {
    let set = small();
    for (part, prefix) in [(Part::Train, "train"), (Part::Test, "t10k")] {
        let dir = folder(&format!("idx-{prefix}")).join("small");
        let written = set.write_idx(&dir, part).unwrap();
        assert_eq!(written.each_ref().map(|f| fs::read(f).unwrap()), files());
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 2, "no draft is left");
        assert_eq!(Images::read(&dir, part).unwrap(), set);
        for (i, spelling) in ["-idx", ".idx"].iter().enumerate() {
            for (bytes, ending) in [(files(), ""), (files().map(|f| gzip(&f)), ".gz")] {
                let dir = folder(&format!("idx-{prefix}-{i}{ending}")).join("small");
                fs::create_dir(&dir).unwrap();
                for ((kind, rank), bytes) in [("images", 3), ("labels", 1)].iter().zip(&bytes) {
                    let name = format!("{prefix}-{kind}{spelling}{rank}-ubyte{ending}");
                    fs::write(dir.join(name), bytes).unwrap();
                }
                assert_eq!(Images::read(&dir, part).unwrap(), set, "{spelling} {ending}");
                fs::remove_dir_all(dir.parent().unwrap()).unwrap();
            }
        }
        fs::remove_dir_all(dir.parent().unwrap()).unwrap();
    }
}

#[test]
fn a_folder_without_the_files_says_what_it_looked_for() {
    let dir = folder("idx-empty");
    let message = |part| Images::read(&dir, part).unwrap_err().to_string();
    let why = "it contains neither train-images-idx3-ubyte nor train-images.idx3-ubyte, plain or with .gz at the end; \
               put MNIST's or Fashion-MNIST's files into this folder";
    assert_eq!(message(Part::Train), format!("{}: {why}", dir.display()));
    let [images, labels] = small().write_idx(&dir, Part::Train).unwrap();
    fs::remove_file(&labels).unwrap();
    assert!(message(Part::Train).contains("it contains neither train-labels-idx1-ubyte nor "));
    assert!(message(Part::Test).contains("it contains neither t10k-images-idx3-ubyte nor "));
    fs::create_dir(&labels).unwrap();
    assert!(
        message(Part::Train).ends_with("the file of labels, but it is not a file; move it away")
    );
    let no_folder = Images::read(&images, Part::Train).unwrap_err().to_string();
    assert!(no_folder.starts_with("cannot read "), "{no_folder}");
    fs::remove_dir_all(&dir).unwrap();
    assert!(message(Part::Train).starts_with(&format!("cannot read {}: ", dir.display())));
}

#[test]
fn images_and_labels_of_two_sets_are_refused() {
    let dir = folder("idx-two-sets");
    small().write_idx(&dir, Part::Train).unwrap();
    let [_, labels] = small().take(2).write_idx(dir.join("two"), Part::Train).unwrap();
    let there = dir.join("train-labels-idx1-ubyte");
    fs::copy(labels, &there).unwrap();
    let message = Images::read(&dir, Part::Train).unwrap_err().to_string();
    let images = dir.join("train-images-idx3-ubyte");
    let why = format!("but {} has 3 images; take both files from one set", images.display());
    let head = format!("{}: at byte 4 the header promises 2 labels, ", there.display());
    assert_eq!(message, head + &why);
    fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    for (bytes, kind) in files().iter().zip([Kind::Images, Kind::Labels]) {
        let zipped = gzip(bytes);
        for n in 0..bytes.len() {
            assert!(refused(&bytes[..n], kind).contains(" byte "), "{n}");
        }
        for n in 0..zipped.len() {
            assert!(refused(&zipped[..n], kind).contains(" byte "), "{n} of {}", zipped.len());
        }
        let header = 4 + 4 * kind.rank();
        let short = format!(
            "f: it ends at byte 5, but its header alone takes {header} bytes; download it again"
        );
        assert_eq!(refused(&bytes[..5], kind), short);
        for (whole, why) in [(bytes.clone(), " but the "), (zipped, "the gzip stream is damaged")] {
            assert!(parse(&whole, kind).is_ok());
            let message = refused(&[&whole[..], &[0]].concat(), kind);
            assert!(message.contains(why), "{message}");
        }
    }
}

#[test]
fn gzip_of_several_members_is_read_as_one_file() {
    for (bytes, kind) in files().iter().zip([Kind::Images, Kind::Labels]) {
        for cut in [0, 3, 10, bytes.len()] {
            let two = [gzip(&bytes[..cut]), gzip(&bytes[cut..])].concat();
            assert_eq!(parse(&two, kind).unwrap(), parse(bytes, kind).unwrap(), "{cut}");
            // the wrong twins: a member less, and one damaged
            let one = gzip(&bytes[..cut]);
            assert_eq!(parse(&one, kind).is_ok(), cut == bytes.len());
            let mut broken = two;
            let at = broken.len() - 6; // of the checksum
            broken[at] ^= 1;
            assert!(refused(&broken, kind).contains("the gzip stream is damaged"));
        }
    }
}

#[test]
fn a_header_that_is_wrong_is_quoted_with_its_place() {
    let [images, _] = files();
    let with = |at: usize, values: &[u8]| {
        let mut bytes = images.clone();
        bytes[at..at + values.len()].copy_from_slice(values);
        [refused(&bytes, Kind::Images), refused(&gzip(&bytes), Kind::Images)]
    };
    let check = |messages: [String; 2], why: &str| {
        let [plain, zipped] = messages;
        assert!(plain.contains(why) && zipped.contains(why), "{plain}\n{zipped}");
        assert!(zipped.ends_with(" (bytes are counted after unpacking)"), "{zipped}");
    };
    check(with(0, b"PK"), "at byte 0 there is 0x504b, but an IDX file begins with 0x0000");
    check(with(2, &[13]), "at byte 2 the type of the values is 0x0d, but it must be 0x08");
    check(with(3, &[1]), "at byte 3 the number of dimensions is 1, but images have 3");
    let huge = with(4, &[255; 4]);
    assert!(huge[0].contains("at byte 4 the header promises 4294967295 × 2 × 3 values, 25769803786 bytes in all, but the file has 34"));
    assert!(huge[1].contains("but a gzip file of "), "{}", huge[1]);
    let all = with(4, &[255; 12]);
    assert!(
        all[0].contains(
            "4294967295 × 4294967295 × 4294967295 values, 79228162458924105385300197391 bytes"
        ),
        "{all:?}"
    );
    let four = with(7, &[4]);
    assert!(four[0].contains("3 values, 40 bytes in all, but the file has 34; "), "{}", four[0]);
    assert!(four[1].contains("it ends at byte 34, but its header promises 40"), "{}", four[1]);
    let of = |sizes: [u32; 3]| {
        let sizes: Vec<u8> = sizes.iter().flat_map(|n| n.to_be_bytes()).collect();
        [&images[..4], &sizes].concat()
    };
    assert!(
        refused(&of([0, 28, 28]), Kind::Images).contains("at byte 4 the header promises 0 images")
    );
    assert!(
        refused(&of([3, 0, 28]), Kind::Images).contains("at byte 8 a side of the images is 0 ")
    );
    let wide = [of([1, 1, 257]), vec![0; 257]].concat();
    assert!(refused(&wide, Kind::Images).contains("at byte 12 a side of the images is 257 pixels"));
    assert!(
        refused(&images, Kind::Labels)
            .contains("at byte 3 the number of dimensions is 3, but labels have 1")
    );
}

#[test]
fn classes_are_the_labels_that_are_there() {
    let [images, labels] = files();
    // any bytes are labels; beyond the digits classes are called by their numbers
    let mut letters = labels.clone();
    letters[8..].copy_from_slice(&[26, 1, 26]);
    let read = Images::parse(&images, &letters, "letters").unwrap();
    let names: Vec<&str> = read.class_names.iter().map(|name| name.en.as_str()).collect();
    assert_eq!((read.labels.clone(), names), (vec![1, 0, 1], vec!["1", "26"]));
    let dir = folder("idx-classes");
    let [_, written] = read.write_idx(&dir, Part::Train).unwrap();
    assert_eq!(fs::read(written).unwrap(), letters);
    // the classes of other images are those of the training
    let mut test = labels.clone();
    test[8..].copy_from_slice(&[26, 26, 26]);
    read.write_idx(&dir, Part::Test).unwrap();
    let there = dir.join("t10k-labels-idx1-ubyte");
    fs::write(&there, &test).unwrap();
    let read = Images::read(&dir, Part::Test).unwrap();
    assert_eq!((read.labels, read.class_names.len()), (vec![1, 1, 1], 2));
    test[9] = 7;
    for bytes in [test.clone(), gzip(&test)] {
        fs::write(&there, &bytes).unwrap();
        let message = Images::read(&dir, Part::Test).unwrap_err().to_string();
        let why = "at byte 9 the label is 7, which no image for training has; remove this image";
        assert!(message.contains(why), "{message}");
    }
    fs::remove_dir_all(dir).unwrap();
}

/// A gzip file of `header` and 2³⁰ zeros, a megabyte itself, whose trailer says `unpacked`.
fn bomb(header: &[u8], unpacked: u32) -> Vec<u8> {
    // blocks behind a full flush stand alone, so that one can be repeated
    let block = |data: &[u8]| {
        let mut bytes = Vec::with_capacity(data.len() + 64);
        let mut deflate = flate2::Compress::new(Compression::fast(), false);
        deflate.compress_vec(data, &mut bytes, flate2::FlushCompress::Full).unwrap();
        bytes
    };
    let begin = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let end = [&[3, 0, 0, 0, 0, 0][..], &unpacked.to_le_bytes()].concat(); // an empty last block, and no true checksum
    [&begin, &block(header)[..], &block(&[0; 1 << 20]).repeat(1 << 10), &end].concat()
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let header =
        |n: u32| [&[0, 0, 8, 3][..], &n.to_be_bytes(), &[0, 0, 0, 28, 0, 0, 0, 28]].concat();
    let all = (1 << 30) / 784;
    let size = 16 + all * 784;
    for (bytes, why) in [
        (bomb(&header(all), size), "1073741328 bytes in all, but at most 100663296 are read"),
        (
            bomb(&header(10), size),
            "it continues after byte 7856, where its header promises the end",
        ),
        (
            bomb(&header(10), 7856),
            "it continues after byte 7856, where its header promises the end",
        ),
        (bomb(&header(60_000), 47_040_016), "it continues after byte 47040016, where its header "),
        (gzip(&header(all)), "1073741328 bytes in all, but a gzip file of "),
    ] {
        let message = refused(&bytes, Kind::Images);
        assert!(message.contains(why), "{message}");
    }
    let file = bomb(&header(10), 7856);
    let mut whole = flate2::bufread::GzDecoder::new(&file[..]);
    let unpacked = io::copy(&mut (&mut whole).take(1 << 24), &mut io::sink()).unwrap();
    assert_eq!(unpacked, 1 << 24, "it is a bomb");
}

#[test]
fn no_damage_to_a_file_is_a_panic() {
    let whole: Vec<(Vec<u8>, Kind)> = files()
        .into_iter()
        .zip([Kind::Images, Kind::Labels])
        .flat_map(|(bytes, kind)| [(gzip(&bytes), kind), (bytes, kind)])
        .collect();
    let (mut refusals, mut same) = (0, 0);
    for i in 0..100_000 {
        let mut rng = stream(8, Purpose::Reference, 0, i);
        let (original, kind) = &whole[i as usize % whole.len()];
        let mut bytes = original.clone();
        for _ in 0..=rng.random_range(0..3) {
            let at = rng.random_range(0..bytes.len());
            match rng.random_range(0..5) {
                0 => bytes.truncate(at.max(1)),
                1 => bytes[at] = rng.random(),
                2 => bytes[at] ^= 1 << rng.random_range(0..8),
                3 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, [0, 255, 31, 8][rng.random_range(0..4)]),
            }
        }
        match parse(&bytes, *kind) {
            Err(e) => {
                assert_eq!(e.to_string().lines().count(), 1, "{e}");
                refusals += 1;
            }
            Ok(values) => same += usize::from(values == parse(original, *kind).unwrap()),
        }
    }
    assert!(refusals > 50_000 && same > 500, "{refusals} refused, {same} unharmed");
}
