//! The laws of every network: f64 against its own differences, f32, forward and backward, against f64.

use crate::common::{assert_law, max_abs, normals, worst};
use ndarray::{Array2, Axis, s};
use scorelab::condition::Condition;
use scorelab::nn::{Batch, Gradients, Net, Shape, Workspace};

/// Rows of a block.
pub const ROWS: usize = 64;

/// Holds a network to all laws; `conditions` are those that its rows are under, by turns.
pub fn assert_laws<N: Net>(name: &str, net: &N, conditions: &[Condition]) {
    assert_parts(name, net);
    assert_plain_gradients(name, net, conditions);
    assert_answer(name, net, conditions);
    assert_gradients(name, net, conditions);
    assert_one_condition(name, net, conditions);
}

/// As many rows as a block has, with a level and a condition each, numbers that f32 holds exactly.
pub fn rows<N: Net>(net: &N, conditions: &[Condition]) -> Batch {
    let n = ROWS;
    let exact = |v: f64| v as f32 as f64;
    let condition = |r: usize| conditions[(r * r + r / 3) % conditions.len()].clone();
    Batch {
        x: normals(n, net.config().inputs()).mapv(exact),
        log_snr: (0..n).map(|r| exact(-12.0 + 24.0 * r as f64 / (n - 1) as f64)).collect(),
        conditions: (0..n).map(condition).collect(),
    }
}

/// The workspace after a forward pass.
pub fn run<N: Net>(net: &N, rows: &Batch) -> Workspace<N> {
    let mut w = net.workspace(ROWS);
    w.input.slice_mut(s![.., ..net.config().inputs()]).assign(&rows.x.mapv(|v| v as f32));
    w.log_snr = rows.log_snr.iter().map(|l| *l as f32).collect();
    w.conditions = rows.conditions.clone();
    net.forward(&mut w);
    w
}

/// The numbers in f64.
pub fn in_f64(values: &[f32]) -> Vec<f64> {
    values.iter().map(|v| f64::from(*v)).collect()
}

/// What a loss Σ cᵢⱼ·outᵢⱼ has for a gradient with respect to the answer: c (n, out), numbers that f32 holds exactly.
fn slopes_of_loss(n: usize, outputs: usize) -> Array2<f64> {
    normals(n, outputs + 1).slice(s![.., 1..]).mapv(|v| v as f32 as f64)
}

/// f'(0) by differences of fourth order with steps h.
fn slope(f: impl Fn(f64) -> f64, h: f64) -> f64 {
    (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h)
}

/// The parts of a network are its parameters, each once and in their order, and another number of them is refused.
pub fn assert_parts<N: Net>(name: &str, net: &N) {
    let mut end = 0;
    for part in net.config().parts() {
        assert_eq!(part.range.start, end, "{name}, {}", part.name);
        assert_eq!(part.range.len(), part.shape.iter().product::<usize>(), "{name}, {}", part.name);
        end = part.range.end;
    }
    assert_eq!((end, net.params().len()), (net.config().parameters(), end), "{name}");
    let of = |params: Vec<f32>| N::of(net.config().clone(), params);
    assert_eq!(of(net.params().to_vec()).unwrap().params(), net.params(), "{name}");
    assert!(of(vec![0.0; end + 1]).is_err() && of(vec![0.0; end - 1]).is_err(), "{name}");
}

/// The f64 gradients are differences of the f64 answer.
pub fn assert_plain_gradients<N: Net>(name: &str, net: &N, conditions: &[Condition]) {
    const H: f64 = 1e-3;
    let (params, rows) = (in_f64(net.params()), rows(net, conditions));
    let c = slopes_of_loss(ROWS, net.config().outputs());
    let own = net.plain_gradients(&params, &rows, &c);
    // of each row alone
    let loss = |params: &[f64], rows: &Batch| (net.plain(params, rows) * &c).sum_axis(Axis(1));
    for part in net.config().parts() {
        let slopes = part.range.clone().map(|i| {
            let at = |h: f64| {
                let mut moved = params.clone();
                moved[i] += h;
                loss(&moved, &rows).sum()
            };
            slope(at, H)
        });
        let slopes: Vec<f64> = slopes.collect();
        let off = |scale: f64| {
            let own = own.params[part.range.clone()].iter().map(|g| scale * g);
            worst(own.zip(&slopes).map(|(a, b)| (a - b).abs())) / max_abs(&slopes)
        };
        assert_law(&format!("{name}, {}", part.name), off(1.0), off(1.0 + 1e-8), 1e-9);
    }
    for i in 0..net.config().inputs() {
        let at = |h: f64| {
            let mut moved = rows.clone();
            moved.x.column_mut(i).mapv_inplace(|v| v + h);
            loss(&params, &moved)
        };
        let (near, far) = (at(H) - at(-H), at(2.0 * H) - at(-2.0 * H));
        let slopes = (near * 8.0 - far) / (12.0 * H);
        let off = |scale: f64| max_abs(&(&own.x.column(i) * scale - &slopes)) / max_abs(&slopes);
        assert_law(&format!("{name}, x{i}"), off(1.0), off(1.0 + 1e-8), 1e-9);
    }
}

/// The f32 answer is the f64 one, and feels the point, the level and the condition as its shape says.
pub fn assert_answer<N: Net>(name: &str, net: &N, conditions: &[Condition]) {
    let (params, rows) = (in_f64(net.params()), rows(net, conditions));
    let own = run(net, &rows).output.mapv(f64::from);
    let residual = |rows: &Batch| {
        let exact = net.plain(&params, rows);
        max_abs(&(&own - &exact)) / max_abs(&exact)
    };
    // a phase of up to 6π is rounded to 2·10⁻⁶
    let truth = residual(&rows);
    assert_law(name, truth, residual(&Batch { x: &rows.x * 1.001, ..rows.clone() }), 1e-5);
    let level = residual(&Batch { log_snr: &rows.log_snr * 1.001, ..rows.clone() });
    let turned = (0..ROWS).map(|r| rows.conditions[(r + 1) % ROWS].clone()).collect();
    let condition = residual(&Batch { conditions: turned, ..rows.clone() });
    for (seen, twin) in
        [(net.config().sees_level(), level), (net.config().conditional(), condition)]
    {
        if seen {
            assert_law(name, truth, twin, 1e-5);
        } else {
            assert_eq!(truth, twin, "{name}: what is not seen changes nothing");
        }
    }
}

/// The f32 gradients are the f64 ones, and are left in place of what was there or added to it.
pub fn assert_gradients<N: Net>(name: &str, net: &N, conditions: &[Condition]) {
    let (params, rows) = (in_f64(net.params()), rows(net, conditions));
    let c = slopes_of_loss(ROWS, net.config().outputs());
    let Gradients { params: exact, x } = net.plain_gradients(&params, &rows, &c);
    let mut w = run(net, &rows);
    w.d_output.assign(&c.mapv(|v| v as f32));
    let mut fresh = vec![f32::NAN; params.len()];
    net.backward::<false>(&mut w, &mut fresh);
    let mut added = vec![0.0; params.len()];
    (0..2).for_each(|_| net.backward::<true>(&mut w, &mut added));
    net.input_gradient(&mut w);
    for part in net.config().parts() {
        let exact = &exact[part.range.clone()];
        let off = |grads: &[f32], scale: f64| {
            let own = grads[part.range.clone()].iter().map(|g| scale * f64::from(*g));
            worst(own.zip(exact).map(|(a, b)| (a - b).abs())) / max_abs(exact)
        };
        let law = format!("{name}, {}", part.name);
        assert_law(&law, off(&fresh, 1.0), off(&fresh, 1.0001), 1e-5);
        assert_law(&format!("{law}, twice"), off(&added, 0.5), off(&added, 1.0), 1e-5);
    }
    let own = w.d_input.mapv(f64::from);
    let off = |scale: f64| max_abs(&(&own * scale - &x)) / max_abs(&x);
    assert_law(&format!("{name}, x"), off(1.0), off(1.0001), 1e-5);
}

/// A level and a condition that all rows share are the same in each, forward, backward to the input and in a blend.
pub fn assert_one_condition<N: Net>(name: &str, net: &N, conditions: &[Condition]) {
    let (first, last) = (&conditions[0], &conditions[conditions.len() - 1]);
    let mut same = rows(net, conditions);
    same.log_snr.fill(1.5);
    let mut answer = |condition: &Condition| {
        same.conditions.fill(condition.clone());
        run(net, &same)
    };
    let (other, mut each) = (answer(first), answer(last));
    let size = max_abs(&each.output.mapv(f64::from));
    let residual = |w: &Workspace<N>, truth: &Array2<f32>| {
        max_abs(&(&w.output - truth).mapv(f64::from)) / size
    };
    let mut shared = each.clone();
    net.forward_at(&mut shared, 1.6, last);
    let twin = residual(&shared, &each.output);
    net.forward_at(&mut shared, 1.5, last);
    let truth = residual(&shared, &each.output);
    if net.config().sees_level() {
        assert_law(name, truth, twin, 1e-5);
    } else {
        assert!(truth < 1e-5 && truth == twin, "{name}: {truth:e}, {twin:e}");
    }
    for w in [&mut each, &mut shared] {
        w.d_output.fill(1.0);
        net.input_gradient(w);
    }
    let off = max_abs(&(&shared.d_input - &each.d_input).mapv(f64::from));
    assert!(off < 1e-5 * max_abs(&each.d_input.mapv(f64::from)), "{name}: {off:e}");
    net.blend(&mut shared, 1.5, &[(last.clone(), 1.0)]);
    assert!(residual(&shared, &each.output) < 1e-5, "{name}: one term");
    let blend = |shared: &mut Workspace<N>, gamma: f32| {
        net.blend(shared, 1.5, &[(first.clone(), 1.0 - gamma), (last.clone(), gamma)]);
        residual(shared, &(&other.output * -2.0 + &each.output * 3.0))
    };
    let (truth, twin) = (blend(&mut shared, 3.0), blend(&mut shared, 3.01));
    if net.config().conditional() {
        assert_law(&format!("{name}, a blend"), truth, twin, 1e-5);
    } else {
        assert!(truth < 1e-5, "{name}, a blend: {truth:e}");
    }
}
