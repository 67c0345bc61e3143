//! What separates the cells of a text, and the cells of a line.

use super::table::{MOST_COLUMNS, Parsed};
use scorelab::number;
use scorelab::text::quoted;

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    Tab,
    Semicolon,
    Comma,
    Blanks,
}

impl Separator {
    /// What both of the first two lines contain outside quotes, or one of them if neither contains a space.
    pub fn of(first: &str, second: &str) -> Separator {
        use Separator::{Blanks, Comma, Semicolon, Tab};
        let lines: Vec<&str> =
            [first, second].into_iter().filter(|line| !line.is_empty()).collect();
        let within =
            |line: &str, letter| line.split('"').step_by(2).any(|part| part.contains(letter));
        let solid = lines.iter().all(|line| line.split_whitespace().count() < 2);
        let decimal = lines.iter().any(|line| decimal_commas(line));
        let is = |letter| match (solid, letter) {
            (false, ',') if decimal => false,
            (true, _) => lines.iter().any(|line| within(line, letter)),
            (false, _) => lines.iter().all(|line| within(line, letter)),
        };
        let candidates = [(Tab, '\t'), (Semicolon, ';'), (Comma, ',')];
        candidates.into_iter().find(|(_, letter)| is(*letter)).map_or(Blanks, |(s, _)| s)
    }

    fn letter(self) -> char {
        match self {
            Separator::Tab => '\t',
            Separator::Semicolon => ';',
            Separator::Comma => ',',
            Separator::Blanks => ' ',
        }
    }

    pub fn plural(self) -> &'static str {
        match self {
            Separator::Tab => "tabs",
            Separator::Semicolon => "semicolons",
            Separator::Comma => "commas",
            Separator::Blanks => "spaces",
        }
    }

    /// The cells of a line: quoted or not; within quotes, a doubled quote stands for one.
    pub fn cells(self, line: &str) -> Parsed<Vec<String>> {
        let (mut cells, mut rest) = (Vec::new(), line);
        loop {
            if self == Separator::Blanks {
                rest = rest.trim_start();
                if rest.is_empty() {
                    return Ok(cells);
                }
            }
            if cells.len() == MOST_COLUMNS {
                return Err(format!(
                    "it has more than {MOST_COLUMNS} columns, the most that are read"
                ));
            }
            let (cell, after) = self.cell(rest)?;
            cells.push(cell);
            match after {
                Some(after) => rest = after,
                None => return Ok(cells),
            }
        }
    }

    /// The first cell, and what comes after its separator, if one does.
    fn cell(self, line: &str) -> Parsed<(String, Option<&str>)> {
        let ends = |c: char| match self {
            Separator::Blanks => c.is_whitespace(),
            _ => c == self.letter(),
        };
        let Some(opened) = line.trim_start_matches(' ').strip_prefix('"') else {
            let end = line.find(ends);
            let cell = line[..end.unwrap_or(line.len())].trim();
            return Ok((cell.into(), end.map(|at| &line[at + 1..])));
        };
        let (mut cell, mut rest) = (String::new(), opened);
        loop {
            let Some(end) = rest.find('"') else {
                return Err("a quotation mark is not closed on its line".into());
            };
            cell.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(more) => {
                    cell.push('"');
                    rest = more;
                }
                None => break,
            }
        }
        let end = rest.find(ends);
        match rest[..end.unwrap_or(rest.len())].trim() {
            "" => Ok((cell, end.map(|at| &rest[at + 1..]))),
            more => Err(format!("{} follows a closing quote", quoted(more))),
        }
    }
}

/// Whether a line holds several numbers with decimal commas and spaces between them.
fn decimal_commas(line: &str) -> bool {
    let cells: Vec<&str> = line.split_whitespace().collect();
    let number = |cell: &&str| with_decimal_comma(cell).or_else(|| number::parse(cell)).is_some();
    cells.len() > 1 && cells.iter().any(|c| c.contains(',')) && cells.iter().all(number)
}

/// The number in a cell if its only comma is a decimal mark.
pub fn with_decimal_comma(cell: &str) -> Option<f64> {
    let (whole, decimals) = cell.split_once(',')?;
    let plain = decimals.starts_with(|c: char| c.is_ascii_digit()) && !cell.contains('.');
    number::parse(&format!("{whole}.{decimals}")).filter(|_| plain)
}
