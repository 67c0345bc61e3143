//! One palette for all frames of an animation: the theme's own colours, then a median cut of the rest.

use super::palette::{Colour, Role, Theme};

/// Colours are counted in 7 bits a channel: coarser steps show on a dark ground.
const BITS: u32 = 7;
const BINS: usize = 1 << (3 * BITS);

/// The bin of a colour.
pub(super) fn bin(Colour(r, g, b): Colour) -> u32 {
    let top = |c: u8| u32::from(c) >> (8 - BITS);
    (top(r) << (2 * BITS)) | (top(g) << BITS) | top(b)
}

/// The colour in the middle of a bin.
fn middle(bin: u32) -> [i32; 3] {
    let part = |shift: u32| {
        let top = ((bin >> shift) & ((1 << BITS) - 1)) as i32;
        (top << (8 - BITS)) + (1 << (7 - BITS))
    };
    [part(2 * BITS), part(BITS), part(0)]
}

/// A palette of at most `size` colours and the entry of every bin.
pub(super) struct Palette {
    pub colours: Vec<Colour>,
    nearest: Vec<u8>,
}

impl Palette {
    /// The entry that stands for the colours of `bin`.
    pub fn entry(&self, bin: u32) -> u8 {
        self.nearest[bin as usize]
    }

    /// For pixels with these bins (bin → how many).
    pub fn of(counts: &[u32], theme: Theme, size: usize) -> Self {
        let mut colours = fixed(theme);
        let used: Vec<(u32, u32)> =
            (0..BINS as u32).zip(counts.iter().copied()).filter(|(_, count)| *count > 0).collect();
        let rest: Vec<_> =
            used.iter().copied().filter(|(b, _)| colours.iter().all(|c| bin(*c) != *b)).collect();
        let room = size.saturating_sub(colours.len());
        colours.extend(median_cut(rest, room));
        let mut nearest = vec![0; BINS];
        for &(b, _) in &used {
            nearest[b as usize] = closest(&colours, b);
        }
        Palette { colours, nearest }
    }
}

/// The colours that must stay exact: ground, ink and roles.
fn fixed(theme: Theme) -> Vec<Colour> {
    let roles = [
        Role::Unconditional,
        Role::Likelihood,
        Role::Guided,
        Role::Muted,
        Role::Class(0),
        Role::Class(1),
        Role::Class(2),
        Role::Class(3),
    ];
    let mut colours = vec![theme.ground(), theme.ink()];
    colours.extend(roles.map(|role| role.colour(theme)));
    colours
}

fn closest(colours: &[Colour], b: u32) -> u8 {
    let m = middle(b);
    let far = |c: &Colour| {
        if bin(*c) == b {
            return -1;
        }
        let d = [i32::from(c.0) - m[0], i32::from(c.1) - m[1], i32::from(c.2) - m[2]];
        2 * d[0] * d[0] + 4 * d[1] * d[1] + 3 * d[2] * d[2]
    };
    (0..colours.len()).min_by_key(|&i| far(&colours[i])).unwrap_or(0) as u8
}

/// Heckbert (1982): the box with the widest channel, weighted by its pixels, is cut at its median until there are
/// `room` boxes; each gives its mean.
fn median_cut(all: Vec<(u32, u32)>, room: usize) -> Vec<Colour> {
    let mut boxes = if all.is_empty() || room == 0 { vec![] } else { vec![all] };
    while boxes.len() < room {
        let worst = (0..boxes.len())
            .filter(|&i| boxes[i].len() > 1)
            .max_by_key(|&i| (spread(&boxes[i]), i));
        let Some(worst) = worst else { break };
        let mut cut = boxes.swap_remove(worst);
        let channel = widest(&cut).0;
        cut.sort_by_key(|&(b, _)| (middle(b)[channel], b));
        let half = cut.iter().map(|(_, w)| weight(*w)).sum::<u64>() / 2;
        let mut sum = 0;
        let at = cut.iter().position(|(_, w)| {
            sum += weight(*w);
            sum > half
        });
        let tail = cut.split_off(at.unwrap_or(0).clamp(1, cut.len() - 1));
        boxes.extend([cut, tail]);
    }
    boxes.iter().map(|b| mean(b)).collect()
}

/// Large areas must not eat the palette.
fn weight(count: u32) -> u64 {
    f64::from(count).sqrt().ceil() as u64
}

fn spread(colours: &[(u32, u32)]) -> u64 {
    let weight: u64 = colours.iter().map(|(_, w)| weight(*w)).sum();
    (widest(colours).1 as u64).pow(2) * weight
}

/// The channel with the largest range, and that range.
fn widest(colours: &[(u32, u32)]) -> (usize, i32) {
    let range = |channel: usize| {
        let values = || colours.iter().map(|&(b, _)| middle(b)[channel]);
        values().max().unwrap_or(0) - values().min().unwrap_or(0)
    };
    (0..3).map(|c| (c, range(c))).max_by_key(|&(c, r)| (r, c)).unwrap_or((0, 0))
}

fn mean(colours: &[(u32, u32)]) -> Colour {
    let total: u64 = colours.iter().map(|(_, w)| u64::from(*w)).sum::<u64>().max(1);
    let channel = |c: usize| {
        let sum: u64 = colours.iter().map(|&(b, w)| middle(b)[c] as u64 * u64::from(w)).sum();
        (sum / total) as u8
    };
    Colour(channel(0), channel(1), channel(2))
}

/// An empty count of bins.
pub(super) fn counts() -> Vec<u32> {
    vec![0; BINS]
}
