//! Two IDX files, gzipped or not: two bytes for the length of the labels' file, the labels' file, the images' file.

#![no_main]

use scorelab::data::Images;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((length, files)) = bytes.split_first_chunk::<2>() else { return };
    let (labels, images) = files.split_at(files.len().min(u16::from_le_bytes(*length).into()));
    match Images::parse(images, labels, "fuzz") {
        Ok(read) => assert_eq!(read.pixels.dim(), (read.labels.len(), read.height * read.width)),
        Err(error) => assert_eq!(error.to_string().lines().count(), 1, "{error}"),
    }
});
