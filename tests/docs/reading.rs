//! The reading list of CONTRIBUTING: the files are there, as long as it says, and short enough together.

use super::read;

/// The most lines that the core may have, so that it can be read in an afternoon.
const MOST: usize = 2400;

/// (file, lines) of the table, and the sum that it gives.
fn listed(text: &str) -> (Vec<(String, usize)>, usize) {
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (name, lines) = (*cells.get(1)?, cells.get(2)?.parse().ok()?);
        Some((name.trim_matches('`').to_string(), lines))
    });
    let (sums, files): (Vec<_>, Vec<_>) = rows.partition(|(name, _)| name == "together");
    (files, sums.first().expect("a row that adds up").1)
}

/// The lines of a file before its tests.
fn lines(code: &str) -> usize {
    code.lines().take_while(|line| *line != "#[cfg(test)]").count()
}

#[test]
fn the_core_is_as_long_as_contributing_says() {
    let (files, sum) = listed(&read("CONTRIBUTING.md"));
    assert!(files.len() > 10, "{files:?}");
    for (file, told) in &files {
        let now = lines(&read(file));
        assert_eq!(*told, now, "{file} has {now} lines now; tell so in CONTRIBUTING.md");
    }
    assert_eq!(sum, files.iter().map(|(_, lines)| lines).sum::<usize>(), "the sum");
    assert!(sum <= MOST, "{sum} lines are no afternoon");
    assert_eq!(lines("one\ntwo\n#[cfg(test)]\nmod tests {}"), 2);
}
