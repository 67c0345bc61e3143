use super::*;
use scorelab::Result;
use std::io::{BufReader, Read};

fn parse(text: &str) -> Result<Table> {
    Table::parse(text.as_bytes(), "p.csv", TableOptions::default())
}

fn said(text: &str) -> String {
    let said = match parse(text).and_then(|t| t.numbers()) {
        Ok(x) => panic!("{text:?} was read as {x}"),
        Err(e) => e.to_string(),
    };
    assert!(said.starts_with("p.csv: ") && said.lines().count() == 1, "{said}");
    said
}

#[test]
fn every_separator_and_manner_of_writing_is_read_as_the_same_numbers() {
    let right = ndarray::array![[-1.5, 2.0], [0.25, -1000.0]];
    for text in [
        "-1.5,2\n0.25,-1000\n",
        "−1.5, 2.0\n+.25, −1e3\n",
        "-1.5D+00,2.0D+00\n2.5d-01,-1.0D+03\n",
        "-1.5;2\n0.25;-1000",
        "-1,5;2\r\n0,25;-1000\r\n",
        "-1,5\t2,0\n0,25\t-1000,0\n",
        "-1.5 2\n  0.25   -1000\n",
        "-1,5 2\n0,25 -1000\n",
        "\u{feff}-1.5,2\n0.25,-1000\n",
        "\u{feff}x,y\n-1.5,2\n\n0.25,-1000\n\n",
        "# made by savetxt\n-1.5 2\n0.25 -1000\n",
        "\"x, in m\",\"y\"\n\"-1.5\",2\n0.25,\"-1000\"\n",
        "x\ty\n-1.5\t2\n0.25\t-1000\n",
    ] {
        assert_eq!(parse(text).unwrap().numbers().unwrap(), right, "{text:?}");
    }
}

#[test]
fn a_first_row_is_names_only_if_none_of_its_cells_is_a_number() {
    let single = parse("standard error\n0.5\n0.25\n").unwrap();
    assert_eq!((single.names(), single.rows()), (&["standard error".to_string()][..], 2));
    for text in ["x,y\n1,2\n", ",y\n1,2\n", "α,p(y|x)\n1,2\n"] {
        assert_eq!(parse(text).unwrap().rows(), 1, "{text:?}");
        assert_eq!(parse(text).unwrap().names().len(), 2);
    }
    // half names: the row and the column
    assert!(said("x,2\n3,4\n").contains("row 1, column 1: \"x\" is not a number"));
    // what looks like a number and is none is no name
    for (text, piece) in [
        ("1.5e,2.5e\n3,4\n", "row 1, column 1: \"1.5e\" is not a number"),
        ("–1,–2\n3,4\n", "\"–1\" is not a number"),
        ("$1,$2\n3,4\n", "\"$1\""),
        ("1.000,5;2.000,5\n3;4\n", "no thousands separator"),
        ("NA,NA\n3,4\n", "\"NA\" is not a number"),
    ] {
        assert!(said(text).contains(piece), "{}", said(text));
    }
    assert!(
        said("1.5e,2.5e\n3,4\n").ends_with("--header if this row holds the names of the columns")
    );
    let read = |header| {
        let options = TableOptions { header: Some(header), ..TableOptions::default() };
        Table::parse(&b"1,2\n3,4\n"[..], "p.csv", options).unwrap().numbers().unwrap().nrows()
    };
    assert_eq!((read(true), read(false)), (1, 2), "a flag decides");
    let options = TableOptions { header: Some(true), ..TableOptions::default() };
    assert_eq!(Table::parse(&b"2theta,3d\n3,4\n"[..], "p.csv", options).unwrap().rows(), 1);
}

#[test]
fn what_is_no_table_is_told_with_its_row_and_column() {
    for (text, piece) in [
        ("", "it holds no numbers"),
        ("x,y\n", "it holds no numbers"),
        ("1,2\n3\n", "row 2 has 1 cells, separated by commas, but it must have 2"),
        ("1 2\n3\n", "row 2 has 1 cells, separated by spaces, but it must have 2"),
        ("x,y\n1 2\n", "row 2 has 2 cells, separated by spaces, but it must have 1"),
        ("1,2\n3,4\n5\n", "row 3 has 1 cells, separated by commas, but it must have 2"),
        ("1,2\n3,4,5\n", "row 2 has 3 cells"),
        (
            "x,y\n1,5,2,5\n",
            "row 2 has 4 cells, separated by commas, but it must have 2; if commas are decimal marks",
        ),
        ("x,y,z\n1,2\n1,2\n", "row 2 has 2 cells, separated by commas, but it must have 3"),
        ("1,2\n3,\n", "row 2, column 2: the number is missing"),
        ("1,2\n3,NA\n", "row 2, column 2: the number is missing"),
        ("1,2\n3,O.5\n", "row 2, column 2: \"O.5\" is not a number"),
        (
            "1;2\n3;4,5\n6;7.5\n",
            "row 3, column 2: \"7.5\" has the decimal mark '.', but row 2 has ','; use one",
        ),
        ("1;2\n3;1,234,5\n", "no thousands separator"),
        ("1,5 2\n3 4,5,6\n", "row 2, column 2: \"4,5,6\" is not a number"),
        ("1,\"2\n3,4\n", "row 1: a quotation mark is not closed on its line"),
        ("1,\"2\"3\n3,4\n", "row 1: \"3\" follows a closing quote"),
        ("1,O.5\n3,4\n", "row 1, column 2: \"O.5\" is not a number, but row 2 has \"4\" there"),
        ("1,2\n3,\u{1b}[31m\n", "row 2, column 2: \"\\u{1b}[31m\" is not a number"),
        ("a\0b\n", "row 1 contains a zero byte"),
        ("1,2\r3,4\r", "row 1 has a line break of another kind within"),
        ("1 2\n3 4\u{2028}5 6\n", "row 2 has a line break of another kind within"),
    ] {
        let said = said(text);
        assert!(said.contains(piece), "{text:?}: {said}");
    }
    let long = said(&format!("1,2\n3,{}\n", "x".repeat(1_000_000)));
    assert!(long.len() < 300, "{}", long.len());
    let wide = vec!["1"; 1_000_000].join(",");
    assert!(said(&wide).contains("more than 10000 columns"));
    let utf16 = Table::parse(&b"\xff\xfe1\0,\x002\0"[..], "p.csv", TableOptions::default());
    assert!(utf16.unwrap_err().to_string().contains("UTF-16; save it as UTF-8"));
    let latin = Table::parse(&b"x,\xe9\n1,2\n"[..], "p.csv", TableOptions::default());
    assert!(latin.unwrap_err().to_string().contains("row 1 is not UTF-8"));
}

#[test]
fn points_are_found_by_name_or_order_and_are_finite() {
    let points = |text: &str, columns: &[&str]| {
        let columns: Vec<String> = columns.iter().map(|c| c.to_string()).collect();
        parse(text)?.points(&columns, Some(2)).map(|x| x.row(0).to_vec())
    };
    // own files: of data, check and field
    assert_eq!(points("x1,x2,class,name\n1,2,0,dog\n", &[]).unwrap(), [1.0, 2.0]);
    assert_eq!(points("alpha,sigma,x1,x2,score1,score2\n1,.5,3,4,5,6\n", &[]).unwrap(), [3.0, 4.0]);
    // pandas with its index
    assert_eq!(points(",a,b,label\n0,1,2,u\n1,3,4,v\n", &[]).unwrap(), [1.0, 2.0]);
    assert_eq!(points("x,y,label\n1,2,left\n", &[]).unwrap(), [1.0, 2.0]);
    assert_eq!(points("a,b,c\n1,2,3\n", &["c", "a"]).unwrap(), [3.0, 1.0]);
    assert_eq!(points("1,2,3\n", &["3", "1"]).unwrap(), [3.0, 1.0]);
    let refused = |text: &str, columns: &[&str]| points(text, columns).unwrap_err().to_string();
    assert!(
        refused("a,b,c\n1,2,3\n", &[])
            .contains("it has 3 columns of numbers, but a point here has 2")
    );
    assert!(
        refused("a,b\n1,2\n", &["c", "a"]).contains("no column \"c\"; --columns takes one of a, b")
    );
    assert!(
        refused("x1,x2\n1,2\n3,nan\n", &[])
            .contains("row 3, column 2 (x2): NaN is not a number that can be used")
    );
    assert!(refused("x1,x2\n1,2\n\n-inf,3\n", &[]).contains("row 4, column 1 (x1): -inf"));
    assert!(refused("1,1e60\n", &[]).contains("row 1, column 2"));
}

#[test]
fn labels_are_words_or_numbers_in_one_unicode_form() {
    let labels = |text: &str| parse(text)?.labels(&[]);
    let read = |text: &str| labels(text).unwrap().unwrap();
    assert_eq!(
        read("x,y,label\n1,2,b\n3,4,a\n5,6,b\n"),
        (vec!["b".into(), "a".into()], vec![0, 1, 0])
    );
    assert_eq!(read("1,2,b\n3,4,a\n"), (vec!["b".into(), "a".into()], vec![0, 1]));
    assert_eq!(read("x1,x2,class,name\n1,2,1,dog\n3,4,0,cat\n").0, ["dog", "cat"]);
    assert_eq!(read("x,y,class\n1,2,10\n3,4,9\n"), (vec!["9".into(), "10".into()], vec![1, 0]));
    assert_eq!(read("x,label\n1,cho\u{301}\n3,chó\n"), (vec!["chó".into()], vec![0, 0]));
    assert_eq!(labels("x,y\n1,2\n").unwrap(), None);
    let refused = |text: &str| labels(text).unwrap_err().to_string();
    assert!(refused("x,a,b\n1,u,v\n").contains("several columns of words"));
    assert!(refused("x,label\n1,u\n2,\n").contains("row 3, column 2 (label): the label is empty"));
    assert!(refused("x,label\n1,a\u{1b}b\n").contains("row 2, column 2: letter 2 is U+001B"));
}

#[test]
fn text_is_read_through_gzip_of_several_members() {
    use flate2::{Compression, write::GzEncoder};
    let pack = |text: &str| {
        let mut to = GzEncoder::new(Vec::new(), Compression::default());
        std::io::Write::write_all(&mut to, text.as_bytes()).unwrap();
        to.finish().unwrap()
    };
    let both = [pack("x,y\n1,2\n3"), pack(",4\n5,6\n")].concat();
    let read = |bytes: &[u8]| Table::parse(bytes, "p.csv", TableOptions::default());
    assert_eq!(read(&both).unwrap().rows(), 3);
    let cut = read(&both[..both.len() - 12]).unwrap_err().to_string();
    assert!(cut.contains("the gzip stream is damaged after row"), "{cut}");
}

#[test]
fn more_than_is_asked_for_is_not_read() {
    let options = TableOptions { most_cells: Some(1000), ..TableOptions::default() };
    let endless = std::io::repeat(b'1').take(u64::MAX);
    let why = Table::parse(BufReader::new(endless), "p", options).unwrap_err().to_string();
    assert!(why.contains("row 1 is longer than 4 MiB"), "{why}");
    let many = "1,2\n".repeat(501);
    let why = Table::parse(many.as_bytes(), "p", options).unwrap_err().to_string();
    assert!(why.contains("more than 1000 numbers"), "{why}");
    assert_eq!(Table::parse(many.as_bytes(), "p", TableOptions::default()).unwrap().rows(), 501);
}

/// A file with these bytes, and what reading it comes to.
fn read_file(name: &str, bytes: &[u8]) -> Result<Table> {
    let path = std::env::temp_dir().join(format!("scorelab-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    let table =
        Table::read(&path, TableOptions { most_cells: Some(1000), ..TableOptions::default() });
    std::fs::remove_file(path).unwrap();
    table
}

#[test]
fn arrays_come_back_as_they_were_written() {
    let x = ndarray::array![[1.0, -2.5, 1e-300], [0.1 + 0.2, f64::MAX / 1e260, 0.0]];
    let bytes = npy(x.shape(), x.iter().copied());
    assert_eq!(bytes.len() % 64, 48, "128 bytes of header and six numbers");
    assert_eq!(read_file("a.npy", &bytes).unwrap().numbers().unwrap(), x);
    let archive = npz(x.shape(), x.iter().copied(), Some(&[7, 2]), None, None).unwrap();
    let table = read_file("a.npz", &archive).unwrap();
    assert_eq!(table.points(&[], Some(3)).unwrap(), x);
    assert_eq!(table.labels(&[]).unwrap().unwrap(), (vec!["2".into(), "7".into()], vec![1, 0]));
    let cut = read_file("b.npy", &bytes[..bytes.len() - 1]).unwrap_err().to_string();
    assert!(cut.contains("it ends within number 6 of 6"), "{cut}");
    let more = [&bytes[..], b"x"].concat();
    assert!(read_file("c.npy", &more).unwrap_err().to_string().contains("continues after"));
    let huge = npy(&[1 << 40, 1 << 40], []);
    assert!(read_file("d.npy", &huge).unwrap_err().to_string().contains("more than 1000 numbers"));
    let cube = npy(&[2, 2, 2], [0.0; 8]);
    assert!(
        read_file("e.npy", &cube)
            .unwrap_err()
            .to_string()
            .contains("its array has shape (2, 2, 2)")
    );
}

/// Files that NumPy 2 wrote, in hexadecimal, after the common header; see tests/interop for how.
#[test]
fn other_types_and_orders_of_numpy_are_read() {
    let file = |descr: &str, fortran: &str, shape: &str, numbers: &[u8]| {
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        let length = (header.len() as u16).to_le_bytes();
        let bytes = [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), numbers].concat();
        read_file("t.npy", &bytes)
    };
    let numbers = |descr: &str, bytes: &[u8]| {
        file(descr, "False", "(2,)", bytes).unwrap().numbers().unwrap().column(0).to_vec()
    };
    assert_eq!(numbers("<f4", &[0, 0, 0xc0, 0x3f, 0, 0, 0x20, 0xc0]), [1.5, -2.5]);
    assert_eq!(numbers(">f4", &[0x3f, 0xc0, 0, 0, 0xc0, 0x20, 0, 0]), [1.5, -2.5]);
    assert_eq!(numbers("<f2", &[0, 0x3e, 0, 0xc1]), [1.5, -2.5]);
    assert_eq!(numbers("|i1", &[0xff, 7]), [-1.0, 7.0]);
    assert_eq!(numbers("|u1", &[0xff, 7]), [255.0, 7.0]);
    assert_eq!(numbers(">i2", &[0xff, 0xfe, 1, 0]), [-2.0, 256.0]);
    let columns = file("|u1", "True", "(2, 3)", &[1, 4, 2, 5, 3, 6]).unwrap().numbers().unwrap();
    assert_eq!(columns, ndarray::array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let refused = |descr: &str| file(descr, "False", "(1,)", &[0; 16]).unwrap_err().to_string();
    assert!(refused("|O").contains("\"|O\"; save them as float64"));
    assert!(refused("<c16").contains("save them as float64"));
}

#[test]
fn what_the_program_writes_as_json_or_prints_is_read_back() {
    let json = "[\n {\"x1\": -1.5, \"x2\": 2, \"name\": \"cho\u{301}\"},\n {\"x1\": 0.25, \"x2\": -1e3, \"name\": \"mèo\"}\n]\n";
    let table = read_file("j.json", json.as_bytes()).unwrap();
    let right = ndarray::array![[-1.5, 2.0], [0.25, -1000.0]];
    assert_eq!(table.points(&[], Some(2)).unwrap(), right);
    assert_eq!(table.labels(&[]).unwrap().unwrap().0, ["chó", "mèo"]);
    let printed = "  x1        x2\n  ────────────\n  -1.5       2\n  0.25   -1000\n";
    assert_eq!(parse(printed).unwrap().points(&[], Some(2)).unwrap(), right);
    for (text, piece) in [
        ("[{\"x1\": 1}, {\"x2\": 1}]", "row 2 has other names"),
        ("[1, 2]", "not a JSON list of objects"),
        ("[]", "no numbers"),
        ("[{\"x1\": 1}, {\"x1\": \"a\"}]", "row 2, column 1: \"a\" is not a number"),
    ] {
        let why = read_file("k.json", text.as_bytes()).unwrap_err().to_string();
        assert!(why.contains(piece), "{why}");
    }
    let null = read_file("l.json", b"[{\"x1\": null}]").unwrap().points(&[], None).unwrap_err();
    assert!(null.to_string().contains("row 1, column 1 (x1): NaN is not a number"), "{null}");
}

#[test]
fn no_damage_to_an_array_is_a_panic() {
    let whole = npz(&[3, 2], (0..6).map(f64::from), Some(&[0, 1, 0]), None, None).unwrap();
    for i in 0..whole.len() {
        for value in [0, 0xff, whole[i] ^ 1] {
            let mut bytes = whole.clone();
            bytes[i] = value;
            if let Err(e) = read_file("f.npz", &bytes) {
                assert_eq!(e.to_string().lines().count(), 1, "{e}");
            }
        }
    }
}
