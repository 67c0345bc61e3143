//! Laws of the figures. Each can fail; where it helps, a wrong twin shows it.

use super::*;
use ndarray::{Array2, arr2};
use resvg::usvg::{Group, Node};

fn density(cells: usize) -> Density {
    let values = Array2::from_shape_fn((cells, cells), |(i, j)| (i * j) as f64);
    Density { values, x: (-1.0, 1.0), y: (-1.0, 1.0), ..Density::default() }
}

fn figure(layers: Vec<Layer>) -> Figure {
    let axis = |name: &str| Axis::new(name, (-1.0, 1.0));
    let panel = Panel { x: axis("x₁"), y: axis("x₂"), equal: true, layers, ..Panel::default() };
    Figure { stem: "test".into(), panels: vec![panel], ..Figure::default() }
}

/// Two panels with the same layer names, one of each text.
fn rich() -> Figure {
    let line = arr2(&[[-0.5, 0.0], [0.0, 0.5], [0.5, 0.0]]);
    let layers = || {
        let path = Paths { lines: vec![line.clone()], ..Paths::default() };
        let dots = Points { at: line.clone(), ..Points::default() };
        vec![
            Layer::new("density", "p_t", Role::Neutral, density(30)),
            Layer::new("a path", "one z", Role::Likelihood, path).label(words::CLASSIFIER_GRADIENT),
            Layer::new("samples", "", Role::Class(2), dots),
        ]
    };
    let mut figure = figure(layers());
    figure.title = words::CLASSIFIER_FREE_GUIDANCE;
    figure.panels.push(Panel { layers: layers(), ..figure.panels[0].clone() });
    figure.formula = vec![(Role::Guided, "s_γ(x_t)".into())];
    figure.notes = vec![Text::new("ẻ", "ế ộ ữ ∇ γ σ ₓ ∅ ∣ ± ⁻⁷ điều kiện rỗng ∅")];
    figure.numbers = vec![("cosine".into(), 0.1 + 0.2), ("none".into(), f64::NAN)];
    figure
}

fn draw(figure: &Figure) -> String {
    svg(figure, Theme::Light, Lang::Vi, None).unwrap()
}

/// (text, glyph is missing, size on the slide) of every glyph.
fn glyphs(group: &Group, found: &mut Vec<(String, bool, f32)>) {
    for node in group.children() {
        match node {
            Node::Group(inner) => glyphs(inner, found),
            Node::Text(text) => {
                let zoom = text.abs_transform().get_scale().0;
                for span in text.layouted() {
                    let size = span.font_size.get() * zoom;
                    found.extend(
                        span.positioned_glyphs.iter().map(|g| (g.text.clone(), g.id.0 == 0, size)),
                    );
                }
            }
            _ => {}
        }
    }
}

fn all_glyphs(figure: &Figure) -> Vec<(String, bool, f32)> {
    let mut found = vec![];
    glyphs(raster::tree(&draw(figure)).unwrap().root(), &mut found);
    found
}

#[test]
fn every_layer_is_one_titled_group_with_an_id_of_its_own() {
    let text = draw(&rich());
    for id in ["p1-density", "p1-a-path", "p1-samples", "p2-density", "p2-a-path", "p2-samples"] {
        assert_eq!(text.matches(&format!("<g id=\"{id}\"><title>")).count(), 1, "{id}");
    }
    let mut ids: Vec<&str> =
        text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    let twins = figure(vec![Layer::default(), Layer::default()]);
    assert!(draw(&twins).contains("id=\"p1-layer-2\""));
}

#[test]
fn the_same_figure_gives_the_same_bytes_and_another_does_not() {
    assert_eq!(draw(&rich()), draw(&rich()));
    assert_eq!(png(&draw(&rich()), 320).unwrap(), png(&draw(&rich()), 320).unwrap());
    let mut other = rich();
    other.panels[0].layers[2].role = Role::Other;
    assert_ne!(draw(&rich()), draw(&other));
}

#[test]
fn a_heat_map_is_one_image_however_fine() {
    let shapes = |cells: usize| {
        let text = draw(&figure(vec![Layer::new("map", "", Role::Neutral, density(cells))]));
        (text.matches("<image ").count(), text.matches("<rect ").count())
    };
    assert_eq!(shapes(3).0, 1);
    assert_eq!(shapes(3), shapes(200));
}

#[test]
fn a_heat_map_stands_upright() {
    let mut map = density(2);
    map.values = arr2(&[[0.0, 0.0], [0.0, 1.0]]); // full colour in the upper right corner only
    map.smooth = false;
    let figure = figure(vec![Layer::new("map", "", Role::Neutral, map)]);
    let layout = layout::lay_out(&figure, &[&figure.panels[0]], Lang::En).unwrap();
    let pixels = raster::pixmap(&draw(&figure), 1280).unwrap();
    let colour = |x: f64, y: f64| {
        let (x, y) = layout.places[0].at(x, y);
        let p = pixels.pixel(x as u32, y as u32).unwrap();
        Colour(p.red(), p.green(), p.blue())
    };
    assert_eq!(colour(0.5, 0.5), Theme::Light.sequential(1.0));
    assert_eq!(
        [colour(-0.5, 0.5), colour(0.5, -0.5), colour(-0.5, -0.5)],
        [Theme::Light.ground(); 3]
    );
}

#[test]
fn no_glyph_is_missing_in_vietnamese_and_a_foreign_one_would_be_noticed() {
    let missing = |figure: &Figure| all_glyphs(figure).iter().filter(|g| g.1).count();
    assert!(all_glyphs(&rich()).iter().any(|g| g.0 == "ộ"));
    assert_eq!(missing(&rich()), 0);
    let mut foreign = rich();
    foreign.title = "猫".into();
    assert_eq!(missing(&foreign), 1);
}

#[test]
fn no_text_is_smaller_than_16_points() {
    let mut figure = rich();
    figure.title = Text::from("long ".repeat(80));
    let smallest = all_glyphs(&figure).iter().map(|g| g.2).fold(f32::INFINITY, f32::min);
    assert!(smallest >= 16.0 * 96.0 / 72.0 - 0.01, "{smallest}");
}

#[test]
fn a_difference_of_zero_has_the_neutral_colour_and_signs_differ() {
    for theme in [Theme::Light, Theme::Dark, Theme::Print] {
        assert_eq!(theme.diverging(0.0), theme.ground());
        assert_eq!(theme.sequential(0.0), theme.ground());
        assert_ne!(theme.diverging(0.5), theme.diverging(-0.5));
        for role in
            [Role::Unconditional, Role::Likelihood, Role::Guided, Role::Class(2), Role::Muted]
        {
            assert!(
                palette::contrast(role.word_colour(theme), theme.ground()) >= 3.9,
                "{role:?} {theme:?}"
            );
        }
    }
    assert_eq!(Role::Guided.colour(Theme::Dark).to_string(), "#E69F00");
    let lopsided = Density { values: arr2(&[[-1.0, 3.0]]), diverging: true, ..Density::default() };
    assert_eq!(heat::range(&lopsided), (-3.0, 3.0));
}

#[test]
fn points_without_a_place_are_left_out() {
    let at = arr2(&[[0.0, 0.0], [f64::NAN, 0.5], [0.5, f64::INFINITY], [0.5, 0.5], [1e300, 1e300]]);
    let curve = Curve { at: at.clone(), se: vec![f64::NAN; 5], ..Curve::default() };
    let arrows = Arrows { from: at.clone(), vec: at.clone(), ..Arrows::default() };
    let mut map = density(4);
    map.values[(1, 1)] = f64::NAN;
    let text = draw(&figure(vec![
        Layer::new("map", "", Role::Neutral, map),
        Layer::new("points", "", Role::Guided, Points { at: at.clone(), ..Points::default() }),
        Layer::new("paths", "", Role::Guided, Paths { lines: vec![at], ..Paths::default() }),
        Layer::new("curve", "", Role::Guided, curve),
        Layer::new("arrows", "", Role::Guided, arrows),
        Layer::new(
            "nothing",
            "",
            Role::Guided,
            Paths { lines: vec![Array2::zeros((0, 2))], ..Paths::default() },
        ),
    ]));
    assert!(!text.contains("NaN") && !text.contains("inf"));
    assert_eq!(text.matches("<circle").count(), 2);
    png(&text, 320).unwrap();
}

#[test]
fn a_bar_of_an_error_is_cut_at_the_edge_of_its_panel() {
    let strokes = |se: f64| {
        let curve = Curve { at: arr2(&[[0.5, 0.5]]), se: vec![se], ..Curve::default() };
        let text = draw(&figure(vec![Layer::new("curve", "", Role::Guided, curve)]));
        let (bars, _) = text.split_once("\" stroke=\"#22262E\" stroke-width=\"2\"").unwrap();
        bars.rsplit("d=\"").next().unwrap().matches('M').count()
    };
    assert_eq!((strokes(0.1), strokes(9.0)), (3, 1), "the bar alone, without a stroke at its ends");
}

#[test]
fn a_figure_that_cannot_be_drawn_says_why() {
    let why = |figure: &Figure| svg(figure, Theme::Light, Lang::En, None).unwrap_err().to_string();
    let mut wrong = figure(vec![]);
    wrong.panels[0].x = Axis::log("σ", (0.0, 1.0));
    assert_eq!(
        why(&wrong),
        "cannot draw test: panel 1: the range (0, 1) of a log axis must be positive"
    );
    wrong.panels[0].x = Axis::new("σ", (1.0, 1.0));
    assert!(why(&wrong).contains("must go from a smaller to a larger number"));
    assert!(why(&Figure::default()).contains("it has no panels"));
    let five = Figure { panels: vec![figure(vec![]).panels[0].clone(); 5], ..Figure::default() };
    assert!(why(&five).contains("more than the four"));
    assert!(svg(&rich(), Theme::Light, Lang::En, Some(2)).is_err());
}

#[test]
fn labels_at_one_place_are_pushed_apart_in_the_order_of_their_lines() {
    let curve =
        |k: usize| Curve { at: arr2(&[[-1.0, 0.0], [1.0, 0.01 * k as f64]]), ..Curve::default() };
    let layers =
        (0..4).map(|k| Layer::new("curve", "", Role::Guided, curve(k)).label("γ")).collect();
    let figure = figure(layers);
    let place = layout::lay_out(&figure, &[&figure.panels[0]], Lang::En).unwrap().places[0];
    let heights: Vec<f64> =
        label::spots(&figure.panels[0], &place, Lang::En).iter().flatten().map(|s| s.y).collect();
    assert_eq!(heights.len(), 4);
    assert!(heights.windows(2).all(|w| w[0] - w[1] > 25.0), "{heights:?}");
}

#[test]
fn arrows_keep_their_proportion_up_to_the_cap() {
    let vec = arr2(&[[3.0, 4.0], [0.3, 0.4], [0.6, 0.8]]);
    let arrows = Arrows { from: Array2::zeros((3, 2)), vec, cap: 1.0, ..Arrows::default() };
    let lengths = |arrows: &Arrows| -> Vec<f64> {
        arrow::data_ends(arrows).map(|(a, b)| (b.0 - a.0).hypot(b.1 - a.1)).collect()
    };
    for (length, expected) in lengths(&arrows).iter().zip([1.0, 0.5, 1.0]) {
        assert!((length - expected).abs() < 1e-12, "{length}");
    }
    // scaled before the cap, and moved by half of what is drawn
    let arrows = Arrows { scale: 0.5, centred: true, ..arrows };
    for (length, expected) in lengths(&arrows).iter().zip([1.0, 0.25, 0.5]) {
        assert!((length - expected).abs() < 1e-12, "{length}");
    }
    for ((a, b), v) in arrow::data_ends(&arrows).zip(arrows.vec.rows()) {
        assert!((a.0 + b.0).abs() < 1e-12 && b.0 * v[0] > 0.0, "{a:?} {b:?}");
    }
}

#[test]
fn the_csv_reads_back_to_the_same_bits() {
    let at = arr2(&[[0.1 + 0.2, -1e-300], [1.0 / 3.0, f64::MAX]]);
    let figure = figure(vec![Layer::new(
        "points",
        "",
        Role::Guided,
        Points { at: at.clone(), ..Points::default() },
    )]);
    let text = csv(&figure, Lang::En, None).unwrap();
    let mut back = vec![];
    for row in ::csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        assert_eq!((&row[0], &row[1], &row[2]), ("1", "points", "points"));
        back.extend([row[4].parse::<f64>().unwrap(), row[5].parse::<f64>().unwrap()]);
    }
    assert_eq!(back, at.into_raw_vec_and_offset().0);
}

#[test]
fn files_are_written_whole_with_every_number_in_the_sidecar() {
    let dir = std::env::temp_dir().join(format!("scorelab-plot-{}", std::process::id()));
    let formats = vec![Format::Svg, Format::Png, Format::Csv, Format::Json];
    let out = Output {
        dir: dir.clone(),
        formats,
        width: 320,
        meta: serde_json::json!({"seed": 7}),
        ..Output::default()
    };
    let files = write(&rich(), &out).unwrap();
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&files[3]).unwrap()).unwrap();
    let there = std::fs::read_dir(&dir).unwrap().count();
    std::fs::remove_dir_all(&dir).unwrap();
    assert_eq!(there, 4); // no drafts left behind
    assert_eq!(json["numbers"]["cosine"], 0.1 + 0.2);
    assert_eq!(json["numbers"]["none"], "NaN");
    assert_eq!(json["meta"]["seed"], 7);
    assert_eq!(json["files"][1], "test.png");
    assert_eq!(json["kernel"], scorelab::arch::kernel_name());
}

#[test]
fn ticks_are_round_numbers_and_powers() {
    let ticks = |axis: Axis, count: f64| {
        let scale = scale::Scale::new(&axis).unwrap();
        scale.ticks(&axis, count, Lang::En).into_iter().map(|t| t.1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ticks(Axis::new("", (-4.0, 4.0)), 4.0), "−4 −2 0 2 4");
    assert_eq!(ticks(Axis::new("", (0.0, 1.0)), 5.0), "0.0 0.2 0.4 0.6 0.8 1.0");
    assert_eq!(ticks(Axis::log("", (0.01, 100.0)), 8.0), "0.01 0.1 1 10 100");
    assert_eq!(ticks(Axis::log("", (1e-9, 1e3)), 5.0), "10⁻⁹ 10⁻⁶ 10⁻³ 10⁰ 10³");
    assert_eq!(ticks(Axis::log("", (1.0, 20.0)), 4.0), "1 2 5 10 20");
}

#[test]
fn subscripts_take_letters_and_digits() {
    assert_eq!(words::plain("log p_t(x) + s_{t∣0}"), "log pt(x) + st∣0");
    assert!(svg::spans("p_drop = 0", 40.0).contains(">drop</tspan>"));
    assert_eq!(svg::spans("a < b", 40.0), "a &lt; b");
}

#[test]
fn a_formula_returns_to_its_line_after_a_subscript() {
    let spans = |left: &'static str| Figure {
        formula: vec![(Role::Guided, left.into()), (Role::Neutral, " = 1".into())],
        panels: vec![Panel::default()],
        ..Figure::default()
    };
    let drawn = |left| svg(&spans(left), Theme::Light, Lang::En, None).unwrap();
    let raised = |text: &str| text.matches("dy=\"-").count();
    assert_eq!((raised(&drawn("s_γ")), raised(&drawn("s_γ "))), (1, 1));
    assert_eq!(raised(&drawn("s")), 0);
}

/// Four images of 2 × 3 pixels on two rows, the last place of which stays free.
fn sheet() -> Sheet {
    Sheet {
        pixels: Array2::from_shape_fn((5, 6), |(i, j)| (40 * i + j) as u8),
        size: (2, 3),
        columns: 3,
        above: ["a", "b", "c"].map(Text::from).to_vec(),
        left: vec![Text::new("guided", "đã điều hướng"), "γ = 1".into()],
        under: (0..5).map(|i| format!(".9{i}").into()).collect(),
        frames: vec![None, Some(Role::Guided), None, None, None],
    }
}

fn with_sheet(sheet: Sheet) -> Figure {
    let mut figure = figure(vec![Layer::new("sheet", "five images", Role::Neutral, sheet)]);
    (figure.panels[0].x.hidden, figure.panels[0].y.hidden) = (true, true);
    figure
}

#[test]
fn a_sheet_is_one_picture_of_whole_squares() {
    let text = draw(&with_sheet(sheet()));
    assert_eq!(text.matches("<image ").count(), 1);
    assert!([".90", "đã điều hướng", "γ = 1"].iter().all(|w| text.contains(w)));
    let number = |name: &str| -> f64 {
        let tag = text.split("<image ").nth(1).unwrap();
        let value = tag.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
        value.parse().unwrap()
    };
    let pixels = raster::pixmap(&text, 1920).unwrap();
    let grey = |x: f64, y: f64| pixels.pixel((1.5 * x) as u32, (1.5 * y) as u32).unwrap().red();
    // along the first line of the first image: three squares of one width each
    let (x, y) = (number("x"), number("y") + 4.0);
    let line: Vec<u8> = (0..300).map(|i| grey(x + i as f64 / 1.5 + 0.1, y)).collect();
    let runs: Vec<(u8, usize)> = line.chunk_by(|a, b| a == b).map(|r| (r[0], r.len())).collect();
    assert!(runs.len() >= 2 && runs[0].0 > runs[1].0, "{runs:?}: white is the ink");
    assert!(runs[0].1 >= 40 && runs[0].1.abs_diff(runs[1].1) <= 1, "{runs:?}");
    assert_ne!(text, draw(&with_sheet(Sheet { frames: vec![], ..sheet() })));
}

#[test]
fn a_sheet_that_cannot_be_drawn_says_why() {
    let why = |sheet: Sheet| {
        svg(&with_sheet(sheet), Theme::Light, Lang::En, None).unwrap_err().to_string()
    };
    assert!(why(Sheet::default()).contains("no images"));
    assert!(why(Sheet { size: (3, 3), ..sheet() }).contains("6 pixels, which is not 3 × 3"));
    assert!(why(Sheet { under: vec!["x".into()], ..sheet() }).contains("1 words under images"));
    let wordy = Sheet { under: vec!["a long sentence".repeat(9).into(); 5], ..sheet() };
    assert!(why(wordy).contains("do not fit"));
    let many = Sheet {
        pixels: Array2::zeros((3000, 784)),
        size: (28, 28),
        columns: 3,
        ..Sheet::default()
    };
    assert!(why(many).contains("do not fit"));
}

#[test]
fn the_csv_of_a_sheet_holds_every_pixel() {
    let text = csv(&with_sheet(sheet()), Lang::En, None).unwrap();
    let mut back = Array2::zeros((5, 6));
    for row in ::csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        let n = |i: usize| row[i].parse::<f64>().unwrap() as usize;
        let (image, pixel) = (n(4) + 3 * n(5), n(6) + 3 * n(7));
        assert_eq!((&row[2], &row[3]), ("sheet", format!(".9{image}").as_str()));
        back[(image, pixel)] = n(8) as u8;
    }
    assert_eq!(back, sheet().pixels);
}
