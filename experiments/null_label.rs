use scorelab::{data::Scene, plot::*, rng::Purpose};
fn main() {
    let mut panels = vec![];
    for seed in std::env::args().skip(1) {
        #[allow(unsafe_code)]
        unsafe {
            std::env::set_var("TS", &seed);
        }
        let data = Scene::named("tree").unwrap().mixture.sample(4000, 0, Purpose::Data);
        let p = Points { at: data.x, size: 4.0, ..Points::default() };
        panels.push(Panel {
            title: seed.into(),
            x: Axis::hidden((-2.6, 2.6)),
            y: Axis::hidden((-4.6, 4.6)),
            equal: true,
            layers: vec![Layer::new("a", "", Role::Neutral, p)],
            ..Panel::default()
        });
    }
    let n = panels.len();
    let f = Figure { stem: "tree".into(), panels, layout: Some((1, n)), ..Figure::default() };
    std::fs::write(
        "/tmp/s/tree.png",
        png(&svg(&f, Theme::Light, Lang::En, None).unwrap(), 1920).unwrap(),
    )
    .unwrap();
}
