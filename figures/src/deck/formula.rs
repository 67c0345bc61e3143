//! A formula of LaTeX as it is read: in Unicode, in the language of the deck.

use crate::plot::{Lang, Text};

/// Commands of LaTeX, and what is read for them.
const COMMANDS: [(&str, &str); 27] = [
    ("alpha", "α"),
    ("gamma", "γ"),
    ("varepsilon", "ε"),
    ("theta", "θ"),
    ("pi", "π"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("phi", "φ"),
    ("nabla", "∇"),
    ("sum", "Σ"),
    ("log", "log"),
    ("min", "min"),
    ("mid", "∣"),
    ("|", "‖"),
    ("sim", "~"),
    ("approx", "≈"),
    ("propto", "∝"),
    ("ne", "≠"),
    ("le", "≤"),
    ("leftarrow", "←"),
    ("varnothing", "∅"),
    ("top", "T"),
    (",", " "),
    (";", " "),
    ("!", ""),
    ("quad", "\u{2003}"),
    ("qquad", "\u{2003}"),
];

/// What stands before a closing bracket.
const CLOSING: &str = r" \right";

/// The words within formulas.
static WORDS: [Text; 7] = [
    Text::new("with probability", "với xác suất"),
    Text::new("else", "còn lại là"),
    Text::new("for", "khi"),
    Text::new("elsewhere", "ở chỗ khác"),
    Text::new("from the patches", "từ các mảnh ảnh"),
    Text::new("from the words", "từ các từ"),
    Text::new("“a three wearing sunglasses”", "“số ba đeo kính râm”"),
];

/// Characters, and what Unicode has for them above the line.
const HIGH: [&str; 2] = ["0123456789−Tγ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀᵞ"];
/// The same below it.
const LOW: [&str; 2] = ["0123456789ti", "₀₁₂₃₄₅₆₇₈₉ₜᵢ"];

/// The formula in one line, its subscripts marked as on a figure: `s_{γ} = ∇log p_{t}(x_{t}) + …`.
pub(super) fn readable(latex: &str, lang: Lang) -> String {
    let mut rest = latex;
    let read = group(&mut rest, lang);
    let parts: Vec<String> = read
        .split('\u{2003}')
        .map(|part| part.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" "))
        .collect();
    parts.join("\u{2003}").trim().into()
}

/// What stands before the closing brace, or before the end.
fn group(rest: &mut &str, lang: Lang) -> String {
    let mut out = String::new();
    while let Some(next) = rest.chars().next() {
        match next {
            ' ' if rest.starts_with(CLOSING) => *rest = &rest[CLOSING.len()..],
            '}' => {
                *rest = &rest[1..];
                break;
            }
            '_' | '^' => {
                *rest = &rest[1..];
                let script = atom(rest, lang);
                out += &if next == '_' { format!("_{{{}}}", low(&script)) } else { high(&script) };
            }
            _ => out += &atom(rest, lang),
        }
    }
    out
}

/// A letter, a command with what belongs to it, or a group in braces.
fn atom(rest: &mut &str, lang: Lang) -> String {
    let Some(first) = rest.chars().next() else { return String::new() };
    *rest = &rest[first.len_utf8()..];
    match first {
        '{' => group(rest, lang),
        '\\' => command(rest, lang),
        '-' => "−".into(),
        letter => letter.into(),
    }
}

fn command(rest: &mut &str, lang: Lang) -> String {
    let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (name, after) = rest.split_at(letters.max(1).min(rest.len()));
    *rest = after;
    match name {
        "operatorname" | "mathcal" | "mathbb" => atom(rest, lang),
        "left" => {
            let bracket = atom(rest, lang);
            *rest = rest.trim_start();
            bracket
        }
        "sqrt" => format!("√{}", atom(rest, lang)),
        "text" => spoken(&atom(rest, lang), lang),
        "frac" | "tfrac" => {
            let both = [(); 2].map(|()| atom(rest, lang));
            match both.each_ref().map(String::as_str) {
                ["1", "2"] => "½".into(),
                [above, below] => format!("{}/{}", whole(above), whole(below)),
            }
        }
        "nabla" => {
            *rest = rest.trim_start();
            "∇".into()
        }
        _ => {
            let known = COMMANDS.iter().find(|(own, _)| *own == name);
            known.map_or(format!("\\{name}"), |(_, letter)| (*letter).into())
        }
    }
}

/// In parentheses, if it is a sum or a product.
fn whole(term: &str) -> String {
    if term.contains(' ') { format!("({term})") } else { term.into() }
}

/// Words in the language, with the spaces around them.
fn spoken(words: &str, lang: Lang) -> String {
    let own = WORDS.iter().find(|own| own.en == words.trim());
    own.map_or(words.into(), |own| words.replace(words.trim(), own.get(lang)))
}

/// A superscript; in parentheses, if a letter of it does not exist as one.
fn high(script: &str) -> String {
    let raised: Option<String> = script.chars().map(|c| moved(c, HIGH)).collect();
    raised.unwrap_or_else(|| format!("^({script})"))
}

/// A subscript whose own subscripts are letters of Unicode: a figure has one depth of them.
fn low(script: &str) -> String {
    let mut parts = script.split("_{");
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |all, part| {
        let (own, after) = part.split_once('}').unwrap_or((part, ""));
        let own: String = own.chars().map(|c| moved(c, LOW).unwrap_or(c)).collect();
        all + &own + after
    })
}

fn moved(c: char, [from, to]: [&str; 2]) -> Option<char> {
    from.chars().zip(to.chars()).find(|(own, _)| *own == c).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lecture::FIGURES;

    #[test]
    fn every_formula_of_the_lecture_is_read_without_latex_in_both_languages() {
        for spec in FIGURES {
            for lang in [Lang::En, Lang::Vi] {
                let read = readable(spec.latex, lang);
                let depth = read.matches("_{").count();
                assert!(!read.is_empty() && !read.contains(['\\', '^', '$', '-']), "{read}");
                assert_eq!((depth, depth), (read.matches('{').count(), read.matches('}').count()));
                let english = WORDS.iter().any(|word| read.contains(&*word.en));
                assert!(lang == Lang::En || !english, "{read}");
            }
        }
    }

    #[test]
    fn a_formula_is_read_as_it_is_drawn() {
        for (latex, read) in [
            (
                r"s_\gamma(x_t) = \nabla_{x_t} \log p_t(x_t) + \gamma\, \nabla \log p(y \mid x_t)",
                "s_{γ}(x_{t}) = ∇_{xₜ} log p_{t}(x_{t}) + γ ∇log p(y ∣ x_{t})",
            ),
            (r"\pi_0(x) \propto p(x)^{1-\gamma}\, p^\gamma", "π_{0}(x) ∝ p(x)¹⁻ᵞ pᵞ"),
            (
                r"\frac{\sigma^2 V + s}{\alpha^2}, \quad \frac{dx}{dt} = -\tfrac12 g(t)^2",
                "(σ² V + s)/α²,\u{2003}dx/dt = −½ g(t)²",
            ),
            (
                r"\operatorname{softmax}\!\left( Q K^\top / \sqrt{d} \right) V",
                "softmax(Q Kᵀ / √d) V",
            ),
            (r"\unknown", r"\unknown"), // and would be seen by the law above
        ] {
            assert_eq!(readable(latex, Lang::En), read);
        }
        let named =
            readable(r"y' = \varnothing \text{ with probability } p_{\text{drop}}", Lang::Vi);
        assert_eq!(named, "y' = ∅ với xác suất p_{drop}");
    }
}
