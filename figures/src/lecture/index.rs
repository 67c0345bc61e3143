//! The page that lists the figures.

use crate::plot::{Figure, Lang, Text};

/// One figure on the page.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The picture's file name, relative to the page.
    pub picture: String,
    /// Its title.
    pub title: Text,
    /// One sentence.
    pub caption: Text,
    /// The part of the lecture it belongs to; may be empty.
    pub part: Text,
    /// The formula as LaTeX; may be empty.
    pub latex: String,
}

impl Entry {
    /// The entry of a figure written with this file ending; part and formula follow from the number in its stem.
    pub fn of(figure: &Figure, ending: &str) -> Self {
        let digits: String =
            figure.stem.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        let number = digits.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let (part, latex) = place(number);
        Entry {
            picture: format!("{}.{ending}", figure.stem),
            title: figure.title.clone(),
            caption: figure.caption.clone(),
            part,
            latex: latex.into(),
        }
    }
}

const CONTROL: Text =
    Text::new("part 1 · generation without control", "phần 1 · sinh mẫu không điều khiển");
const SCORES: Text = Text::new(
    "part 2 · from unconditional to conditional score",
    "phần 2 · từ score không điều kiện đến score có điều kiện",
);
const CLASSIFIER: Text =
    Text::new("part 3 · classifier guidance", "phần 3 · điều hướng bằng bộ phân loại");
const NOISY: Text =
    Text::new("part 4 · the classifier on noisy data", "phần 4 · bộ phân loại trên dữ liệu nhiễu");
const FREE: Text = Text::new(
    "part 5 · guidance without a classifier",
    "phần 5 · điều hướng không cần bộ phân loại",
);
const LIMITS: Text =
    Text::new("further on · what γ > 1 samples", "mở rộng · γ > 1 lấy mẫu từ phân phối nào");
const GUIDED_SUM: &str =
    r"s_\gamma(x_t) = \nabla_{x_t} \log p_t(x_t) + \gamma\, \nabla_{x_t} \log p(y \mid x_t)";
const BAYES: &str = r"\nabla_{x_t} \log p_t(x_t \mid y) = \nabla_{x_t} \log p_t(x_t) + \nabla_{x_t} \log p(y \mid x_t)";

/// The part of the lecture and the formula of a figure's number.
fn place(number: &str) -> (Text, &'static str) {
    match number {
        "00" => (
            SCORES,
            r"\min_\theta\, \mathbb{E}\, \| D_\theta(x_0 + \sigma\varepsilon; \sigma) - x_0 \|^2",
        ),
        "01" => (
            CONTROL,
            r"z \sim \mathcal{N}(0, I), \quad \frac{dx}{dt} = f(t)\,x - \tfrac12 g(t)^2\, \nabla_x \log p_t(x)",
        ),
        "02" => (CONTROL, GUIDED_SUM),
        "03" => (SCORES, r"s_u(x, t) = \nabla_x \log p_t(x)"),
        "04" => (SCORES, r"s_u = \nabla_x \log p_t(x), \quad s_c = \nabla_x \log p_t(x \mid y)"),
        "05" | "06" | "A1" => (SCORES, BAYES),
        "07" | "08" | "09" | "11" | "17" | "A2" | "A3" => (CLASSIFIER, GUIDED_SUM),
        "10" => (
            FREE,
            r"s_\gamma = (1 - \gamma)\, s_\theta(x_t, \varnothing) + \gamma\, s_\theta(x_t, y)",
        ),
        "12" => (
            FREE,
            r"s_\theta(x_t, y) - s_\theta(x_t, \varnothing) \approx \nabla_{x_t} \log p(y \mid x_t)",
        ),
        "13" | "A4" => (NOISY, r"\nabla_{x_t} \log p_\phi(y \mid x_t, \sigma_t)"),
        "14" => {
            (FREE, r"s_\gamma = \nabla \log p_t(x) + \sum_i \gamma_i \nabla \log p(y_i \mid x_t)")
        }
        "15" | "16" => {
            (FREE, r"y' = \varnothing \text{ with probability } p_{\text{drop}}, \text{ else } y")
        }
        "23" => (FREE, r"s_\gamma = s_w + \gamma\,(s_y - s_w)"),
        "21" => (
            LIMITS,
            r"s_\gamma(x_t) \ne \nabla_{x_t} \log \pi_t(x_t), \quad \pi_0(x) \propto p(x)^{1-\gamma}\, p(x \mid y)^\gamma",
        ),
        "22" => (
            LIMITS,
            r"\gamma(\sigma) = \gamma \text{ for } \sigma_{lo} < \sigma \le \sigma_{hi}, \quad 1 \text{ elsewhere}",
        ),
        _ => (Text::default(), ""),
    }
}

/// A page that needs nothing but the pictures beside it.
///
/// Every picture by its relative name, with title, caption, part of the lecture and the formula as text to copy. All
/// words are escaped.
pub fn lecture_index(entries: &[Entry], lang: Lang) -> String {
    let (code, title) = match lang {
        Lang::En => ("en", "The lecture's figures"),
        Lang::Vi => ("vi", "Các hình của bài giảng"),
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    for entry in entries {
        out += &figure(entry, lang);
    }
    out + "</body>\n</html>\n"
}

const STYLE: &str = "body{font:18px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#22262e;background:#fff}\
figure{margin:0 0 4rem}img{width:100%;height:auto;border:1px solid #e6e8ec}h2{margin:.2rem 0}\
.part{color:#5b606b;margin:0}code{display:block;background:#f3f4f6;padding:.6rem .8rem;overflow-x:auto;user-select:all}\
@media(prefers-color-scheme:dark){body{color:#e9eaee;background:#12141a}code{background:#2a2e38}.part{color:#969ba8}img{border-color:#2a2e38}}";

fn figure(entry: &Entry, lang: Lang) -> String {
    let words = |text: &Text| escape(text.get(lang));
    let mut out = String::from("<figure>\n");
    if !entry.part.is_empty() {
        out += &format!("<p class=\"part\">{}</p>\n", words(&entry.part));
    }
    out += &format!(
        "<h2>{}</h2>\n<img src=\"{}\" alt=\"{}\" loading=\"lazy\">\n<figcaption>{}</figcaption>\n",
        words(&entry.title),
        escape(&address(&entry.picture)),
        words(&entry.caption),
        words(&entry.caption)
    );
    if !entry.latex.is_empty() {
        out += &format!("<code>{}</code>\n", escape(&entry.latex));
    }
    out + "</figure>\n"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A file name as a relative address: what has a meaning in an address is written in per cent.
fn address(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./~".contains(&b);
    let letter = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    name.bytes().map(letter).collect()
}
