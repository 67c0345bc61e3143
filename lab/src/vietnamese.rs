//! What people who read Vietnamese see in place of the names of columns, metrics and properties.

/// Every name of a table and its Vietnamese words.
const NAMES: &[(&str, &str)] = &[
    ("accuracy", "tỉ lệ đúng"),
    ("alpha", "α"),
    ("answer", "đáp án"),
    ("begin", "bắt đầu"),
    ("checkpoint", "checkpoint"),
    ("chi_square", "χ²"),
    ("chi_square_p", "giá trị p của χ²"),
    ("class", "lớp"),
    ("classes", "số lớp"),
    ("clean classifier", "bộ phân loại trên dữ liệu sạch"),
    ("conditional at γ = 1", "có điều kiện tại γ = 1"),
    ("confidence", "độ tin"),
    ("cosine", "cosin"),
    ("coverage", "độ phủ"),
    ("cross_entropy", "entropy chéo"),
    ("density", "mật độ"),
    ("done", "đã chạy"),
    ("done_before", "xong từ trước"),
    ("effective_across", "phần ngoài mọi γ"),
    ("effective_gamma", "γ hiệu dụng"),
    ("energy", "khoảng cách năng lượng"),
    ("energy_to_tilt", "năng lượng tới phân phối nghiêng"),
    ("entropy", "entropy"),
    ("evaluations a step", "số lần tính score mỗi bước"),
    ("exact_accuracy", "tỉ lệ đúng của bộ chính xác"),
    ("exercise", "bài tập"),
    ("failed", "hỏng"),
    ("false", "sai"),
    ("fd", "khoảng cách Fréchet"),
    ("figure", "hình"),
    ("file", "tệp"),
    ("formula", "công thức"),
    ("gamma", "γ"),
    ("gradient_cosine", "cosin của gradient"),
    ("gradient_error", "sai số gradient"),
    ("held_out_accuracy", "ảnh để riêng: tỉ lệ đúng"),
    ("held_out_coverage", "ảnh để riêng: độ phủ"),
    ("held_out_fd", "ảnh để riêng: khoảng cách Fréchet"),
    ("high", "cận trên"),
    ("hybrid_share", "tỉ lệ lai"),
    ("joint score network", "mạng score học chung"),
    ("kind", "loại"),
    ("kl", "KL"),
    ("knobs", "tham số"),
    ("least", "ít nhất"),
    ("loss", "loss"),
    ("low", "cận dưới"),
    ("method", "phương pháp"),
    ("metric", "độ đo"),
    ("miss", "độ trượt"),
    ("most", "nhiều nhất"),
    ("name", "tên"),
    ("needs", "cần có"),
    ("noisy classifier", "bộ phân loại trên dữ liệu nhiễu"),
    ("notebook", "notebook"),
    ("off_support_share", "tỉ lệ ngoài miền dữ liệu"),
    ("ordinary guidance at neutral knobs", "là điều hướng thông thường ở giá trị trung tính"),
    ("other_share", "tỉ lệ lớp khác"),
    ("overshoot_share", "tỉ lệ vượt quá"),
    ("parameters", "số tham số"),
    ("posterior", "p(y|x)"),
    ("precision", "độ chuẩn xác"),
    ("property", "thuộc tính"),
    ("question", "câu hỏi"),
    ("recall", "độ bao quát"),
    ("results", "kết quả"),
    ("right", "đúng"),
    ("runs", "số lần chạy"),
    ("said", "nhận xét"),
    ("sample", "mẫu"),
    ("samples", "số mẫu"),
    ("score network", "mạng score"),
    ("score_error", "sai số score"),
    ("se", "sai số chuẩn"),
    ("sigma", "σ"),
    ("sigma_data", "σ của dữ liệu"),
    ("source", "nguồn"),
    ("spread", "độ tản"),
    ("step", "bước"),
    ("steps", "số bước"),
    ("t", "t"),
    ("target", "đích"),
    ("target_share", "tỉ lệ đúng đích"),
    ("title", "tên gọi"),
    ("true", "đúng"),
    ("unconditional at γ = 0", "không điều kiện tại γ = 0"),
    ("value", "giá trị"),
    ("walks", "cách đi"),
];

/// The Vietnamese words for a name, if it has any.
pub fn vietnamese(name: &str) -> Option<&'static str> {
    let at = NAMES.binary_search_by_key(&name, |(name, _)| name).ok()?;
    Some(NAMES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_order_and_once() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(NAMES.iter().all(|(name, _)| vietnamese(name).is_some()));
        assert_eq!(vietnamese("x1"), None);
    }
}
