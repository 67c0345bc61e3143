//! The products in panels against sums of products in f64, on every kernel that this machine has.

use super::finish::{Activated, Biased, Passing, Sloped};
use super::packed::Params;
use super::panels::{Panels, transpose};
use super::product::{product_on, weight_gradient_on};
use crate::arch::arch;
use crate::nn::shape::{MlpConfig, layout};
use pulp::Arch;

fn numbers(n: usize, seed: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 7919 + seed * 104_729) % 1013) as f32 / 506.5 - 1.0).collect()
}

fn every_arch() -> Vec<Arch> {
    let mut all = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    all.extend(pulp::x86::V3::try_new().map(Arch::V3));
    all
}

fn packed(arch: Arch, rows: usize, columns: usize, values: &[f32]) -> Panels {
    let mut panels = Panels::zeros_for(arch, rows, columns);
    panels.pack(values, columns);
    panels
}

fn unpacked(panels: &Panels) -> Vec<f32> {
    let mut rows = vec![0.0; panels.rows * panels.columns];
    panels.unpack(&mut rows, panels.columns);
    rows
}

/// Rows, depth, columns.
const SIZES: [(usize, usize, usize); 7] =
    [(4, 1, 1), (8, 3, 16), (64, 34, 50), (20, 16, 2), (12, 70, 33), (128, 300, 20), (64, 530, 17)];

/// (a·b)[r, c] in f64.
fn exact(a: &[f32], b: &[f32], (r, c): (usize, usize), depth: usize, columns: usize) -> f64 {
    (0..depth).map(|p| f64::from(a[r * depth + p]) * f64::from(b[p * columns + c])).sum()
}

#[test]
fn products_are_sums_of_products_and_finished_as_told_on_every_kernel() {
    let silu = |z: f64| z / (1.0 + (-z).exp());
    for arch in every_arch() {
        for (rows, depth, columns) in SIZES {
            let b: Vec<f32> = numbers(depth * columns, 2).iter().map(|b| b * 0.1).collect();
            let (a, bias) = (numbers(rows * depth, 1), numbers(columns, 3));
            let (left, right) = (packed(arch, rows, depth, &a), packed(arch, depth, columns, &b));
            let mut padded = bias.clone();
            padded.resize(right.count() * right.width, 0.0);
            let run = |finish: &mut dyn FnMut(&mut Panels)| {
                let mut out = Panels::zeros_for(arch, rows, columns);
                finish(&mut out);
                unpacked(&out)
            };
            let slopes = packed(arch, rows, columns, &numbers(rows * columns, 4));
            let plain = run(&mut |out| {
                let panels = 0..out.count();
                product_on(arch, &left, &right, depth, (out, panels), Biased(&padded));
            });
            let mut kept = slopes.clone();
            let active = run(&mut |out| {
                let passing = slopes.data();
                let finish = Activated { bias: &padded, passing, slopes: kept.data_mut() };
                let panels = 0..out.count();
                product_on(arch, &left, &right, depth, (out, panels), finish);
            });
            let mut d_h = slopes.clone();
            let sloped = run(&mut |out| {
                let passing = Passing::Added(d_h.data_mut());
                let finish = Sloped { slopes: slopes.data(), passing };
                let panels = 0..out.count();
                product_on(arch, &left, &right, depth, (out, panels), finish);
            });
            let (given, kept, d_h) = (unpacked(&slopes), unpacked(&kept), unpacked(&d_h));
            for i in 0..rows * columns {
                let sum = exact(&a, &b, (i / columns, i % columns), depth, columns);
                let (z, before) = (sum + f64::from(bias[i % columns]), f64::from(given[i]));
                let rise = (silu(z + 1e-5) - silu(z - 1e-5)) / 2e-5;
                let place = format!("{rows} × {depth} × {columns}, element {i}");
                let close = |found: f32, meant: f64| {
                    assert!((f64::from(found) - meant).abs() < 1e-5, "{place}: {found} {meant}");
                };
                close(plain[i], z);
                close(active[i], silu(z) + before);
                close(kept[i], rise);
                close(d_h[i], sum + before);
                close(sloped[i], (sum + before) * before);
            }
        }
    }
}

#[test]
fn the_gradient_of_the_weights_is_left_or_added_on_every_kernel() {
    for arch in every_arch() {
        for (rows, inputs, columns) in SIZES {
            let (h, d_z) = (numbers(rows * inputs, 1), numbers(rows * columns, 2));
            let before = numbers(inputs * columns, 3);
            let (mut left, mut added) = (vec![f32::NAN; inputs * columns], before.clone());
            let panels = (packed(arch, rows, inputs, &h), packed(arch, rows, columns, &d_z));
            weight_gradient_on::<false>(arch, &panels.0, &panels.1, &mut left);
            weight_gradient_on::<true>(arch, &panels.0, &panels.1, &mut added);
            for i in 0..inputs * columns {
                let (from, to) = (i / columns, i % columns);
                let term =
                    |r: usize| f64::from(h[r * inputs + from]) * f64::from(d_z[r * columns + to]);
                let meant = (0..rows).map(term).sum::<f64>();
                assert!(
                    (f64::from(left[i]) - meant).abs() < 2e-5,
                    "{rows} {inputs} {columns}: {i}"
                );
                assert!((f64::from(added[i]) - f64::from(before[i]) - meant).abs() < 2e-5);
            }
        }
    }
}

#[test]
fn a_row_has_the_same_bits_in_any_number_of_rows() {
    let (depth, columns) = (37, 21);
    let (a, b) = (numbers(128 * depth, 4), numbers(depth * columns, 5));
    let bias = vec![0.25; 64];
    let right = packed(arch(), depth, columns, &b);
    let first_rows = |rows: usize| {
        let mut out = Panels::zeros(rows, columns);
        let panels = 0..out.count();
        let left = packed(arch(), rows, depth, &a[..rows * depth]);
        product_on(arch(), &left, &right, depth, (&mut out, panels), Biased(&bias));
        unpacked(&out)[..4 * columns].to_vec()
    };
    assert_eq!(first_rows(128), first_rows(4));
    assert_eq!(first_rows(128), first_rows(20));
}

#[test]
fn a_matrix_comes_back_from_its_panels_and_from_those_of_its_transpose() {
    for (rows, columns) in [(4, 1), (8, 16), (5, 19), (50, 130)] {
        let values = numbers(rows * columns, 1);
        let panels = packed(arch(), rows, columns, &values);
        assert_eq!(unpacked(&panels), values);
        assert_eq!(unpacked(&panels.clone()), values);
        let turned: Vec<f32> =
            (0..rows * columns).map(|i| values[i % rows * columns + i / rows]).collect();
        let mut again = Panels::zeros(rows, columns);
        again.pack_transposed(&turned);
        assert_eq!(again.data(), panels.data());
        let mut by_rows = Panels::zeros(rows, columns);
        values.chunks(columns).enumerate().for_each(|(r, row)| by_rows.set(r, 0, row));
        assert_eq!(by_rows.data(), panels.data());
    }
}

#[test]
fn who_writes_to_the_parameters_makes_their_panels_anew() {
    let config = MlpConfig { width: 20, depth: 2, ..MlpConfig::default() };
    let (layers, n) = layout(&config);
    let mut params = Params::from(numbers(n, 1));
    let weights = |params: &Params| {
        (unpacked(&params.layers(&layers)[1].weights), unpacked(&params.transposed(&layers)[1]))
    };
    let (before, before_turned) = weights(&params);
    assert_eq!(before, layers[1].weights(&params));
    assert_eq!(weights(&params.clone()).0, before);
    params[layers[1].weights.start] += 1.0;
    let (after, after_turned) = weights(&params);
    assert_eq!(after, layers[1].weights(&params));
    assert_ne!((after[0], after_turned[0]), (before[0], before_turned[0]));
    assert_eq!((&after[1..], &after_turned[1..]), (&before[1..], &before_turned[1..]));
}

#[test]
fn the_transpose_swaps_rows_and_columns_and_leaves_the_gaps() {
    for (rows, columns) in [(1, 1), (8, 16), (5, 19), (34, 9)] {
        let apart = columns + 1;
        let b = numbers(rows * apart, 1);
        let mut out = vec![7.0; columns * (rows + 2)];
        transpose((&b, apart), (&mut out, rows + 2), rows, columns);
        for (i, value) in out.iter().enumerate() {
            let (c, r) = (i / (rows + 2), i % (rows + 2));
            assert_eq!(*value, if r < rows { b[r * apart + c] } else { 7.0 });
        }
    }
}
