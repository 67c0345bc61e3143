//! Joins small ES modules into one script, by a rule narrow enough to be certain of.
//!
//! ```text
//! import { a, b } from './earlier.js';      →   const { a, b } = $earlier;
//! export function NAME … (also async function, const, class)   →   the same without export
//! a whole file                              →   const $name = (() => { …; return { NAMES } })();
//! ```
//!
//! Whatever else begins a line with `import` or `export` is refused, and so is what could hide such a line from a reader by
//! lines: a template literal that spans several, or a block comment whose lines do not begin with ` *`.

use scorelab::{Error, Result};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The exports of each module so far.
type Exports<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// The modules (name, text) as one script, in this order.
///
/// # Errors
/// If a line does not follow the rule; the message names the file and the line.
pub fn join<'a>(modules: &[(&'a str, &'a str)]) -> Result<String> {
    let mut known = Exports::new();
    let mut script = String::from("'use strict';\n");
    for (name, text) in modules {
        let mut exports = Vec::new();
        let mut body = String::new();
        let mut comment = false;
        for (i, line) in text.lines().enumerate() {
            let line = joined(line, &mut comment, &known, &mut exports)
                .map_err(|why| Error::File { path: format!("{name}.js:{}", i + 1).into(), why })?;
            body.push_str(&line);
            body.push('\n');
        }
        let names = exports.join(", ");
        writeln!(script, "const ${name} = (() => {{\n{body}return {{ {names} }};\n}})();")
            .expect("a string takes all");
        if known.insert(name, exports).is_some() {
            return Err(refused(name, "given twice"));
        }
    }
    Ok(script)
}

fn refused(name: &str, why: &str) -> Error {
    Error::File { path: format!("{name}.js").into(), why: why.into() }
}

/// A line of a module as it stands in the script.
fn joined<'a>(
    line: &'a str,
    comment: &mut bool,
    known: &Exports<'a>,
    exports: &mut Vec<&'a str>,
) -> std::result::Result<String, String> {
    let lower = line.to_ascii_lowercase();
    if lower.contains("</script") || lower.contains("<!--") {
        return Err("it would end the script: write it in two parts".into());
    }
    if std::mem::take(comment) {
        if !line.starts_with(" *") {
            return Err("a line of a block comment must begin with \" *\"".into());
        }
        *comment = !line.contains("*/");
        return Ok(line.into());
    }
    let opened = line.rfind("/*").filter(|at| !line[*at..].contains("*/"));
    *comment = opened.is_some();
    if opened.is_some_and(|at| !line[..at].trim().is_empty()) {
        return Err("a block comment must begin a line, or end on its own".into());
    }
    if line.matches('`').count() % 2 == 1 {
        return Err("a template literal must end on its line".into());
    }
    if line.contains("import(") || line.contains("import.meta") {
        return Err("the page is one file: it cannot import while it runs".into());
    }
    let word: String = line.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    match word.as_str() {
        "import" => imported(line, known),
        "export" => exported(line, exports),
        _ => Ok(line.into()),
    }
}

/// `import { a, b } from './earlier.js';`
fn imported(line: &str, known: &Exports) -> std::result::Result<String, String> {
    let parts = || {
        let (names, from) = line.strip_prefix("import { ")?.split_once(" } from './")?;
        Some((names, from.strip_suffix(".js';")?))
    };
    let form = "an import must be one line at column 0, import { a, b } from './earlier.js';";
    let (names, from) = parts().ok_or(form)?;
    let exports = known.get(from).ok_or(format!("{from}.js is no earlier module"))?;
    for name in names.split(", ") {
        if !exports.contains(&name) {
            return Err(format!("{from}.js does not export {name}"));
        }
    }
    Ok(format!("const {{ {names} }} = ${from};"))
}

/// `export function NAME`, `export async function NAME`, `export const NAME`, `export class NAME`.
fn exported<'a>(line: &'a str, exports: &mut Vec<&'a str>) -> std::result::Result<String, String> {
    let form = "an export must be a function, an async function, a const or a class with a name, at column 0";
    let rest = line.strip_prefix("export ").ok_or(form)?;
    let kinds = [("function ", "("), ("async function ", "("), ("const ", " = "), ("class ", " ")];
    let named = |(kind, after): (&str, &str)| rest.strip_prefix(kind)?.split_once(after);
    let name = kinds.into_iter().find_map(named).ok_or(form)?.0;
    let first = |c: char| c.is_ascii_alphabetic();
    if !(name.starts_with(first) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')) {
        return Err(form.into());
    }
    if exports.contains(&name) {
        return Err(format!("{name} is exported twice"));
    }
    exports.push(name);
    Ok(rest.into())
}
