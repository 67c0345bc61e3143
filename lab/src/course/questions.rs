//! What the exercises ask, each in a sentence that needs no notebook beside it.
//!
//! What a sentence takes as known is in the points of the exercise, their level, their class and their scene; everything else that the
//! answer depends on stands in the sentence.

use scorelab_figures::plot::Text;

/// What exercise `n` asks, counted from 1; none if there is no such exercise.
pub fn question(n: usize) -> Option<&'static Text> {
    QUESTIONS.get(n.checked_sub(1)?)
}

/// The questions, in the order of the course.
static QUESTIONS: [Text; 17] = [
    Text::new(
        "What is ∇ log p_t(x) of the whole scene at each point, by central differences of log p_t?",
        "∇ log p_t(x) của cả phân phối tại mỗi điểm là bao nhiêu, tính bằng sai phân trung tâm của log p_t?",
    ),
    Text::new(
        "What is E[x₀ ∣ x_t] at each point, by Tweedie's formula from the exact score of the whole scene?",
        "E[x₀ ∣ x_t] tại mỗi điểm là bao nhiêu, theo công thức Tweedie từ score chính xác của cả phân phối?",
    ),
    Text::new(
        "A class has the share p = 0.25 of n = 6000 samples: what is the standard error of this share?",
        "Một lớp chiếm tỉ lệ p = 0.25 trong n = 6000 mẫu: sai số chuẩn của tỉ lệ ấy là bao nhiêu?",
    ),
    Text::new(
        "What is log p(y ∣ x_t) of the class at each point?",
        "log p(y ∣ x_t) của lớp đã cho tại mỗi điểm là bao nhiêu?",
    ),
    Text::new(
        "What is ∇ log p_t(x ∣ y), the score of the class, at each point?",
        "∇ log p_t(x ∣ y), tức score của lớp đã cho, tại mỗi điểm là bao nhiêu?",
    ),
    Text::new(
        "What is the score s_γ at each point, guided to the class by γ = 3, from the exact s_u and s_c?",
        "Score s_γ tại mỗi điểm, điều hướng tới lớp đã cho với γ = 3 từ s_u và s_c chính xác, là bao nhiêu?",
    ),
    Text::new(
        "What is the gradient of a classifier at each point, if it is c = 0.2 times the exact ∇ log p(y ∣ x_t)?",
        "Gradient của một bộ phân loại tại mỗi điểm là bao nhiêu, nếu nó bằng c = 0.2 lần ∇ log p(y ∣ x_t) chính xác?",
    ),
    Text::new(
        "The gradient of a classifier is c = 0.2 times the exact one: which γ makes its push right again?",
        "Gradient của một bộ phân loại chỉ bằng c = 0.2 lần gradient chính xác: γ nào làm lực đẩy đúng trở lại?",
    ),
    Text::new(
        "How many times larger is g_clean = ∇ log p(y ∣ x₀), at x₀ = x_t, than g = ∇ log p(y ∣ x_t), in root mean square?",
        "g_clean = ∇ log p(y ∣ x₀), lấy tại x₀ = x_t, lớn gấp mấy lần g = ∇ log p(y ∣ x_t), theo căn trung bình bình phương?",
    ),
    Text::new(
        "A classifier for each of ten labels, and a score: how many networks, evaluations in a step with two labels, and subsets of the labels?",
        "Mười nhãn, mỗi nhãn một bộ phân loại, và một score: cần bao nhiêu mạng, mấy lần tính cho một bước với hai nhãn, và có bao nhiêu tập con các nhãn?",
    ),
    Text::new(
        "What is ∇ log p(y ∣ x_t) at each point, from the exact noise ε with the label y and ε without a label?",
        "∇ log p(y ∣ x_t) tại mỗi điểm là bao nhiêu, tính từ nhiễu ε chính xác khi có nhãn y và khi không có nhãn?",
    ),
    Text::new(
        "What is the score without a label at each point, from the scores s_y of all labels and p(y ∣ x_t)?",
        "Score không nhãn tại mỗi điểm là bao nhiêu, tính từ score s_y của mọi nhãn và p(y ∣ x_t)?",
    ),
    Text::new(
        "What is the variance of the tilt N(0, 2)^(1 − γ)·N(0, 1)^γ, which is a Gaussian, at γ = 3?",
        "Phân phối nghiêng N(0, 2)^(1 − γ)·N(0, 1)^γ là một phân phối Gauss: với γ = 3, phương sai của nó là bao nhiêu?",
    ),
    Text::new(
        "What is E[x₀ ∣ x_t] of each noisy image, if x₀ is one of the 100 images, each as likely as the others?",
        "E[x₀ ∣ x_t] của mỗi ảnh nhiễu là bao nhiêu, nếu x₀ là một trong 100 ảnh, ảnh nào cũng có xác suất như nhau?",
    ),
    Text::new(
        "What is ∇ log p_t(x) at each point, if p(x₀) has a Gaussian of standard deviation h at each of your 60 points?",
        "∇ log p_t(x) tại mỗi điểm là bao nhiêu, nếu p(x₀) đặt một phân phối Gauss có độ lệch chuẩn h tại mỗi điểm trong 60 điểm của bạn?",
    ),
    Text::new(
        "How much attention does each point pay to each of the three tokens, where attention is the exact denoiser?",
        "Mỗi điểm chú ý tới từng token trong ba token bao nhiêu, khi phép chú ý chính là bộ khử nhiễu chính xác?",
    ),
    Text::new(
        "What is D(x) = E[x₀ ∣ x_t = x] at each point, if the caption allows the tokens three and eight alone?",
        "D(x) = E[x₀ ∣ x_t = x] tại mỗi điểm là bao nhiêu, nếu chú thích chỉ cho phép hai token ba và tám?",
    ),
];
