//! Lines and areas cut at the edges of a panel: nothing is moved to an edge.

type Point = (f64, f64);

/// The box that is kept: (from, to) of x and of y.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub x: (f64, f64),
    pub y: (f64, f64),
}

impl Bounds {
    /// Which part of the segment from `a` to `b` lies inside, as shares of it (Liang and Barsky, 1984).
    pub fn part(&self, a: Point, b: Point) -> Option<(f64, f64)> {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let edges = [
            (-dx, a.0 - self.x.0),
            (dx, self.x.1 - a.0),
            (-dy, a.1 - self.y.0),
            (dy, self.y.1 - a.1),
        ];
        edges.into_iter().try_fold((0.0f64, 1.0f64), |(from, to), (out, room)| {
            let (from, to) = match room / out {
                _ if out == 0.0 => return (room >= 0.0).then_some((from, to)),
                at if out < 0.0 => (from.max(at), to),
                at => (from, to.min(at)),
            };
            (from <= to).then_some((from, to))
        })
    }

    /// The parts of a line that lie inside.
    pub fn line(&self, points: &[Point]) -> Vec<Vec<Point>> {
        let mut runs: Vec<Vec<Point>> = vec![];
        let mut open = false;
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let at = |u: f64| (a.0 + u * (b.0 - a.0), a.1 + u * (b.1 - a.1));
            let Some((from, to)) = self.part(a, b) else {
                open = false;
                continue;
            };
            if !(open && from == 0.0) {
                runs.push(vec![if from == 0.0 { a } else { at(from) }]);
            }
            let end = if to == 1.0 { b } else { at(to) };
            runs.last_mut().expect("a run was opened").push(end);
            open = to == 1.0;
        }
        runs
    }

    /// The part of an area that lies inside, by its outline (Sutherland and Hodgman, 1974).
    pub fn area(&self, outline: &[Point]) -> Vec<Point> {
        type Inner = fn(&Bounds, Point) -> f64;
        let edges: [Inner; 4] =
            [|b, p| p.0 - b.x.0, |b, p| b.x.1 - p.0, |b, p| p.1 - b.y.0, |b, p| b.y.1 - p.1];
        edges.into_iter().fold(outline.to_vec(), |points, inner| {
            let mut kept = vec![];
            for (i, &b) in points.iter().enumerate() {
                let a = points[(i + points.len() - 1) % points.len()];
                let (in_a, in_b) = (inner(self, a), inner(self, b));
                if (in_a < 0.0) != (in_b < 0.0) {
                    let u = in_a / (in_a - in_b);
                    kept.push((a.0 + u * (b.0 - a.0), a.1 + u * (b.1 - a.1)));
                }
                if in_b >= 0.0 {
                    kept.push(b);
                }
            }
            kept
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Bounds = Bounds { x: (0.0, 1.0), y: (0.0, 1.0) };

    #[test]
    fn a_line_is_cut_where_it_crosses_the_edge_and_comes_back_as_a_second_one() {
        let line = [(-1.0, 0.5), (0.5, 0.5), (0.5, 2.0), (2.0, 2.0), (1.5, 0.25), (0.5, 0.25)];
        let runs = UNIT.line(&line);
        assert_eq!(runs[0], [(0.0, 0.5), (0.5, 0.5), (0.5, 1.0)]);
        assert_eq!(runs[1], [(1.0, 0.25), (0.5, 0.25)]);
        assert_eq!(runs.len(), 2);
        // a point that is moved to the edge would not lie on the line
        let inside = |(x, y): Point| (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y);
        let slope = |p: Point| p.1 - 0.5 * p.0;
        let slanted = UNIT.line(&[(-3.0, -1.5 + 0.25), (3.0, 1.5 + 0.25)]);
        assert!(slanted.concat().iter().all(|p| (slope(*p) - 0.25).abs() < 1e-12 && inside(*p)));
        let moved = (-3.0f64).max(0.0);
        assert!((slope((moved, (-1.25f64).max(0.0))) - 0.25).abs() > 0.1);
        assert!(
            UNIT.line(&[(-1.0, 0.0), (0.0, 2.0)]).is_empty() && UNIT.line(&[(0.5, 0.5)]).is_empty()
        );
    }

    #[test]
    fn an_area_keeps_the_size_of_what_is_inside() {
        let size = |points: &[Point]| {
            let next = points.iter().cycle().skip(1);
            0.5 * points.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>().abs()
        };
        let cut = UNIT.area(&[(-1.0, -1.0), (2.0, -1.0), (2.0, 0.25), (-1.0, 0.25)]);
        assert!((size(&cut) - 0.25).abs() < 1e-12);
        // below the diagonal from (0, 0) to (2, 2)
        assert!((size(&UNIT.area(&[(0.0, 0.0), (2.0, 0.0), (2.0, 2.0)])) - 0.5).abs() < 1e-12);
        assert!(UNIT.area(&[(2.0, 2.0), (3.0, 2.0), (3.0, 3.0)]).is_empty());
    }
}
