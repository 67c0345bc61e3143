//! The parts of the lecture, and formulas that several figures share.

use crate::plot::Text;

pub(super) const CONTROL: Text =
    Text::new("part 1 · generation without control", "phần 1 · sinh mẫu không điều khiển");
pub(super) const SCORES: Text = Text::new(
    "part 2 · from unconditional to conditional score",
    "phần 2 · từ score không điều kiện đến score có điều kiện",
);
pub(super) const CLASSIFIER: Text =
    Text::new("part 3 · classifier guidance", "phần 3 · điều hướng bằng bộ phân loại");
pub(super) const NOISY: Text =
    Text::new("part 4 · the classifier on noisy data", "phần 4 · bộ phân loại trên dữ liệu nhiễu");
pub(super) const FREE: Text = Text::new(
    "part 5 · guidance without a classifier",
    "phần 5 · điều hướng không cần bộ phân loại",
);
pub(super) const CONDITIONS: Text =
    Text::new("part 6 · y is a mask, a point, a caption", "phần 6 · y là mặt nạ, điểm, chú thích");
pub(super) const LIMITS: Text =
    Text::new("further on · what γ > 1 samples", "mở rộng · γ > 1 lấy mẫu từ phân phối nào");

/// All of them, in order.
pub(super) const PARTS: [Text; 7] = [CONTROL, SCORES, CLASSIFIER, NOISY, FREE, CONDITIONS, LIMITS];

pub(super) const GUIDED_SUM: &str =
    r"s_\gamma(x_t) = \nabla_{x_t} \log p_t(x_t) + \gamma\, \nabla_{x_t} \log p(y \mid x_t)";
pub(super) const BAYES: &str = r"\nabla_{x_t} \log p_t(x_t \mid y) = \nabla_{x_t} \log p_t(x_t) + \nabla_{x_t} \log p(y \mid x_t)";
pub(super) const CLASSIFIER_FREE: &str =
    r"s_\gamma = (1 - \gamma)\, s_\theta(x_t, \varnothing) + \gamma\, s_\theta(x_t, y)";
pub(super) const NULL_LABEL: &str =
    r"y' = \varnothing \text{ with probability } p_{\text{drop}}, \text{ else } y";
