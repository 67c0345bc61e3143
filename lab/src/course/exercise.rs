//! What an exercise is, and what is said about a wrong answer.

use super::answer::Answer;
use scorelab_figures::plot::Text;

/// The notebooks by their numbers, as their files are called without an ending.
pub const NOTEBOOKS: [&str; 11] = [
    "0_score",
    "1_learning",
    "2_bayes",
    "3_classifier_guidance",
    "4_noisy_classifier",
    "5_bill",
    "6_classifier_free",
    "7_what_gamma_samples",
    "8_digits",
    "9_own_data",
    "10_attention",
];

/// A question of the course with its exact answer and the mistakes that are often made.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// The notebook that asks it.
    pub notebook: usize,
    /// What is asked for, in a few words; the whole question is [`question`](super::question).
    pub title: Text,
    /// The exact answer.
    pub right: Answer,
    /// Where to begin: the hint for a blank.
    pub start: Text,
    /// Common wrong answers.
    pub mistakes: Vec<Mistake>,
}

/// A wrong answer and what led to it.
#[derive(Debug, Clone)]
pub struct Mistake {
    /// What it computes.
    pub answer: Answer,
    /// What is wrong with it.
    pub hint: Text,
}

impl Mistake {
    /// A wrong answer with its hint in both languages.
    pub(super) fn new(answer: impl Into<Answer>, en: &'static str, vi: &'static str) -> Mistake {
        Mistake { answer: answer.into(), hint: Text::new(en, vi) }
    }
}

/// The shape of an answer, in words: `a number`, `12 numbers`, `12 × 2 numbers`.
pub fn shape_in_words(shape: &[usize]) -> Text {
    if shape.is_empty() {
        return Text::new("a number", "một số");
    }
    let sides = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ");
    (format!("{sides} numbers"), format!("{sides} số")).into()
}

/// What is said of an answer of this shape where another is asked for.
fn wrong_shape(got: &[usize], must: &[usize]) -> Text {
    let asked = Text::new("what is asked for is ", "đề bài hỏi ")
        .then(shape_in_words(must))
        .then((", and this is ", ", còn đây là "))
        .then(shape_in_words(got));
    if must.is_empty() && got.len() == 1 {
        return asked.then((
            "; a comma separates numbers, decimals follow a point: 0.5",
            "; dấu phẩy ngăn cách các số, phần thập phân viết sau dấu chấm: 0.5",
        ));
    }
    if got.len() == must.len() {
        return asked;
    }
    asked.then((". Over which axis was it summed?", ". Bạn đã cộng theo trục nào?"))
}

/// What is said of one number that is k times the right one.
fn alone(k: f64) -> Text {
    let (en, vi) = match k {
        k if k < 0.0 => ("of the wrong sign", "sai dấu"),
        k if k < 1.0 => ("too small", "quá nhỏ"),
        _ => ("too large", "quá lớn"),
    };
    Text::from((
        format!("{en}, and by none of the usual mistakes"),
        format!("{vi}, và không phải một lỗi thường gặp"),
    ))
}

/// Two answers are the same if they differ by less than this share of the largest number.
///
/// Finite differences come within a thousandth of it; one part in a thousand is ten times more.
const SAME: f64 = 1e-4;

impl Exercise {
    /// Whether an answer is the right one.
    pub(super) fn accepts(&self, answer: &Answer) -> bool {
        answer.off(&self.right) < SAME
    }

    /// What is wrong with a wrong answer.
    pub(super) fn wrong(&self, answer: &Answer) -> Text {
        if answer.is_blank() {
            let blank = Text::new("still blank. Begin with: ", "còn để trống. Hãy bắt đầu từ: ");
            return blank.then(self.start.clone());
        }
        if !answer.is_finite() {
            return Text::new(
                "not every number is finite. Is there a division by 0, or a log of 0?",
                "có số không hữu hạn. Có chỗ nào chia cho 0 hay lấy log của 0 không?",
            );
        }
        if let Some(mistake) = self.mistakes.iter().find(|m| answer.off(&m.answer) < SAME) {
            return mistake.hint.clone();
        }
        if answer.shape() != self.right.shape() {
            return wrong_shape(answer.shape(), self.right.shape());
        }
        if answer.is_rounded(&self.right) {
            return Text::new(
                "right, but rounded too much: give five digits, and round only at the end",
                "đúng, nhưng làm tròn quá nhiều: hãy cho năm chữ số, và chỉ làm tròn ở cuối",
            );
        }
        let (k, off) = answer.multiple_of(&self.right);
        if self.right.shape().iter().product::<usize>() == 1 {
            return alone(k); // the ratio would give the answer away
        }
        if off < SAME {
            return Text::from((
                format!(
                    "it is {k:.4} times the right answer. Which factor is one too many, or missing?"
                ),
                format!("nó bằng {k:.4} lần đáp án đúng. Thừa hay thiếu thừa số nào?"),
            ));
        }
        let percent = 100.0 * answer.off(&self.right);
        Text::from((
            format!(
                "off by {percent:.2} % of the largest number, and by none of the usual mistakes"
            ),
            format!("lệch {percent:.2} % so với số lớn nhất, và không phải một lỗi thường gặp"),
        ))
    }
}
