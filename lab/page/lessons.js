// Six short scenes in the lecture's order. Each sets the page up, asks for one prediction, and then lets the page answer.
//
// `set` is what the scene changes of a fresh page; `ask` whether the answer is hidden until a prediction is made; `answer`
// is the option that is right, a number or found by the page from the frame.

/** Where the highlighted z ends, as an option: 0 its own class, 1 between the modes, 2 the wanted class. */
function where(frame) {
  return frame.verdict === 0 ? 2 : frame.verdict === 2 ? 1 : 0;
}

export const LESSONS = [
  {
    set: { kind: 'none', gamma: 0, method: 'exact', at: 0.66, row: 19, show: ['density', 'free', 'paths'] },
    en: {
      name: '1 · Uncontrolled',
      text: 'Each dot of noise z follows the score sᵤ, the direction in which points become more likely. Nothing says what is wanted.',
      ask: 'What share of the 256 walks ends on the first class?',
      options: ['none', 'about as many as the data has', 'all'],
      told: 'As many as the data has. Noise alone chooses the class: there are good samples, and no control.',
    },
    vi: {
      name: '1 · Không điều khiển',
      text: 'Mỗi điểm nhiễu z đi theo score sᵤ, hướng làm cho điểm trở nên có khả năng hơn. Chưa ai nói muốn gì.',
      ask: 'Bao nhiêu phần của 256 quỹ đạo kết thúc ở lớp thứ nhất?',
      options: ['không có', 'khoảng bằng tỉ lệ trong dữ liệu', 'tất cả'],
      told: 'Bằng tỉ lệ trong dữ liệu. Chỉ có nhiễu chọn lớp: mẫu thì tốt, nhưng không điều khiển được.',
    },
    answer: () => 1,
  },
  {
    set: {
      kind: 'class',
      class: 0,
      gamma: 1,
      method: 'exact',
      at: 0.66,
      row: 19,
      show: ['density', 'guided', 'paths'],
    },
    before: { gamma: 0, show: ['density', 'free', 'paths'] },
    en: {
      name: '2 · A condition',
      text: 'Now the class y is given, and the score is that of p(x | y). The noise is the same as before.',
      ask: 'Where will this z end with the score of p(x | y)?',
      options: ['on its own class, as before', 'between the modes', 'on the wanted class'],
      told: 'On the wanted class. The same noise, another field, another end: steering is a change of the field.',
    },
    vi: {
      name: '2 · Một điều kiện',
      text: 'Bây giờ cho lớp y, và score là của p(x | y). Nhiễu vẫn như trước.',
      ask: 'Với score của p(x | y), z này kết thúc ở đâu?',
      options: ['ở lớp của nó, như trước', 'giữa các mode', 'ở lớp đích'],
      told: 'Ở lớp đích. Cùng một nhiễu, trường khác, đích khác: điều hướng là đổi trường score.',
    },
    answer: where,
  },
  {
    set: {
      kind: 'class',
      class: 0,
      gamma: 1,
      method: 'exact',
      at: 0.62,
      row: 19,
      probe: [-0.9, 0.6],
      show: ['density', 'paths'],
    },
    before: { show: ['density'] },
    en: {
      name: '3 · Bayes’ arrows',
      text: 'At xₜ: green is sᵤ, dashed blue is the gradient of log p(y | xₜ), and orange is their sum at γ = 1. Drag the point.',
      ask: 'Which score is the orange arrow?',
      options: [
        'close to that of p(x | y), if the classifier is good',
        'exactly that of p(x | y)',
        'the steepest way to a larger p(y | x)',
      ],
      told: 'Exactly: log p(x | y) = log p(x) + log p(y | x) − log p(y), and the last term does not depend on x. Bayes’ rule is an addition of arrows.',
    },
    vi: {
      name: '3 · Các mũi tên của Bayes',
      text: 'Tại xₜ: xanh lục là sᵤ, xanh lam đứt là gradient của log p(y | xₜ), cam là tổng khi γ = 1. Hãy kéo điểm.',
      ask: 'Mũi tên cam là score nào?',
      options: [
        'gần với score của p(x | y), nếu bộ phân loại tốt',
        'đúng bằng score của p(x | y)',
        'hướng dốc nhất để p(y | x) lớn hơn',
      ],
      told: 'Đúng bằng: log p(x | y) = log p(x) + log p(y | x) − log p(y), và số hạng cuối không phụ thuộc x. Quy tắc Bayes là phép cộng mũi tên.',
    },
    answer: () => 1,
  },
  {
    set: {
      kind: 'class',
      class: 0,
      gamma: 1,
      method: 'classifier',
      confidence: 0.2,
      at: 0.64,
      row: 19,
      show: ['density', 'guided', 'paths'],
    },
    before: { gamma: 0 },
    en: {
      name: '4 · γ = 1 and the hybrid',
      text: 'A classifier that is five times too unsure: its gradient has the right direction and a fifth of the length, c = 0.2.',
      ask: 'Where will this z end at γ = 1?',
      options: ['on its own class', 'between the modes: a hybrid', 'on the wanted class'],
      told: 'Look at the crosses: many walks stop between the modes. γ = 5 makes up for c = 0.2, since γ·c = 1. The fault is the classifier’s, not the formula’s: move c to 1.',
    },
    vi: {
      name: '4 · γ = 1 và mẫu lai',
      text: 'Bộ phân loại thiếu tự tin năm lần: gradient đúng hướng nhưng chỉ dài một phần năm, c = 0,2.',
      ask: 'Khi γ = 1, z này kết thúc ở đâu?',
      options: ['ở lớp của nó', 'giữa các mode: một mẫu lai', 'ở lớp đích'],
      told: 'Hãy nhìn các dấu ×: nhiều quỹ đạo dừng giữa các mode. γ = 5 bù cho c = 0,2 vì γ·c = 1. Lỗi ở bộ phân loại, không ở công thức: đưa c về 1.',
    },
    answer: where,
  },
  {
    set: {
      kind: 'class',
      class: 1,
      gamma: 1,
      method: 'exact',
      at: 0.66,
      row: 19,
      show: ['density', 'free', 'gradient'],
    },
    before: { class: 0 },
    en: {
      name: '5 · One classifier for each condition',
      text: 'Another class is wanted. The green field sᵤ stays as it is, arrow for arrow; only the dashed one changes.',
      ask: 'What has to be learned anew for another kind of y?',
      options: ['the score sᵤ', 'a classifier p(y | xₜ) at every noise level', 'nothing'],
      told: 'A classifier that has seen noise. One answers for all classes; a mask, a point or a caption takes another. The score is shared, and the bill grows with every kind of condition. Choose other classes: it is the same classifier.',
    },
    vi: {
      name: '5 · Mỗi điều kiện một bộ phân loại',
      text: 'Bây giờ muốn một lớp khác. Trường xanh lục sᵤ giữ nguyên từng mũi tên; chỉ trường đứt nét thay đổi.',
      ask: 'Với một loại y khác, phải học lại cái gì?',
      options: ['score sᵤ', 'một bộ phân loại p(y | xₜ) ở mọi mức nhiễu', 'không gì cả'],
      told: 'Một bộ phân loại đã thấy nhiễu. Một bộ trả lời cho mọi lớp; mặt nạ, điểm hay chú thích cần thêm bộ khác. Score dùng chung, còn chi phí tăng với mỗi loại điều kiện mới. Hãy thử chọn lớp khác: vẫn là bộ phân loại ấy.',
    },
    answer: () => 1,
  },
  {
    set: {
      kind: 'class',
      class: 0,
      gamma: 5,
      method: 'exact',
      at: 0.68,
      row: 19,
      show: ['density', 'guided', 'paths', 'tilt'],
    },
    before: { gamma: 1 },
    en: {
      name: '6 · ∅',
      text: 'No classifier: one network answers with y and with ∅, and s(x, y) − s(x, ∅) is the gradient. So γ is free to be large.',
      ask: 'At γ = 5, where do the walks end?',
      options: ['spread over the class, as at γ = 1', 'as the dotted tilt says', 'narrower, and past the class'],
      told: 'Narrower, and past it: some circles lie beyond the class. They are not samples of the dotted tilt either. What γ buys in certainty it takes from diversity.',
    },
    vi: {
      name: '6 · ∅',
      text: 'Không cần bộ phân loại: một mạng trả lời khi có y và khi có ∅, và s(x, y) − s(x, ∅) chính là gradient. Vậy γ có thể lớn tùy ý.',
      ask: 'Khi γ = 5, các quỹ đạo kết thúc ở đâu?',
      options: ['trải khắp lớp, như khi γ = 1', 'như đường chấm p¹⁻ᵞ p(x|y)ᵞ', 'hẹp hơn, và vượt quá lớp'],
      told: 'Hẹp hơn và vượt quá: một số vòng tròn nằm ngoài lớp. Chúng cũng không phải mẫu của mật độ chấm chấm. Điều γ thêm vào độ chắc chắn, nó lấy đi của độ đa dạng.',
    },
    answer: () => 2,
  },
];

/** The state of a scene, before the prediction or after it; language, theme and what is hidden stay. */
export function lessonState(number, state, usual, revealed) {
  const { set, before = {} } = LESSONS[number - 1];
  const { scene, lang, theme, hide, present } = state;
  return { ...usual, ...set, ...(revealed ? {} : before), scene, lang, theme, hide, present, lesson: number };
}
