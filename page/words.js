// Every word of the page, in English and Vietnamese. Formulas stay as they are.

const EN = {
  title: 'Guidance, exactly', subtitle: 'Drag γ and the field bends', scene: 'Scene', undo: 'Undo', link: 'Copy link', svg: 'SVG', png: 'PNG',
  present: 'Present', leave: 'Leave', language: 'Tiếng Việt', theme: 'Theme', themes: { auto: 'System', light: 'Light', dark: 'Dark', print: 'Print' },
  plane: 'The plane', gamma: 'Guidance scale γ', gammaField: 'γ as a number', noise: 'Noise level', toData: 'noise', toNoise: 'data',
  play: 'Play', pause: 'Pause', step: 'Step', slow: 'Slow motion', condition: 'Condition y', none: '∅', not: 'not', point: 'a point', mask: 'a line',
  tolerance: 'Tolerance τ', vertical: 'x₁ is known', horizontal: 'x₂ is known', method: 'Method',
  methods: { exact: 'Classifier-free guidance', classifier: 'A classifier with confidence c', interval: 'In an interval of σ/α', autoguidance: 'Autoguidance' },
  source: 'Scores', sources: { exact: 'exact', network: 'a learned network', classifier: 'a learned classifier' },
  error: 'learned: error against exact', of: 'of', confidence: 'Confidence c', low: 'From σ/α', high: 'to σ/α', walk: 'Walk', sampler: 'Sampler', steps: 'Steps', seed: 'Noise (seed)', fresh: 'Other noise',
  samplers: { 'dpm++2m': 'ODE: DPM-Solver++(2M)', heun: 'ODE: Heun', ddim: 'ODE: DDIM', sde: 'SDE: Euler–Maruyama' },
  numbers: 'Where 256 walks end', target: 'target', other: 'other class', hybrid: 'hybrid', overshoot: 'overshoot', nowhere: 'on no mode',
  spread: 'Spread', certainty: 'Mean p(y | x₀)', evaluations: 'Evaluations a sample', effective: 'Effective γ', trace: 'Fidelity against diversity',
  traceAxes: 'across: spread; up: target %', clear: 'Clear the trace', probe: 'At xₜ', free: 'unconditional', gradient: 'gradient', guided: 'guided',
  angle: 'Angle between them', back: 'Back onto the path', layers: 'Layers', data: 'Data', edit: 'Change the mixture', edits: 'Drag a centre; drag its ring to widen it.',
  weight: 'Weight', add: 'Add a component', remove: 'Remove it', reset: 'Reset',
  layer: { density: 'density', free: 'field sᵤ', gradient: 'gradient', guided: 'guided field', paths: 'paths', tilt: 'tilt p¹⁻ᵞ p(x|y)ᵞ' },
  lesson: 'Six scenes', next: 'Next', previous: 'Back', start: 'Start', end: 'Explore freely', guess: 'Make your prediction', right: 'Yes.', wrong: 'Not quite.', show: 'Show me',
  ignored: 'The address held something that does not belong there; it was ignored: ', copied: 'The link is copied.', notCopied: 'Copy the address from the address bar.',
  keys: 'Keys: arrows change γ on its slider; Space plays; [ and ] move the noise level; p presents; u undoes.',
  handleProbe: 'Point xₜ: arrow keys move it', handleZ: 'Start z of the highlighted path: arrow keys move it', handlePoint: 'Observed point: arrow keys move it',
  handleMask: 'Known coordinate: arrow keys move the line', handleMean: 'Centre of component', handleRing: 'Width of component',
  endsOn: 'This z ends', onClass: 'on', between: 'between the modes', past: 'past the target', summary: 'Of 256 walks',
  improper: 'At this γ the tilt is no density.', made: 'Exact scores of a Gaussian mixture; the same numbers as', version: 'version',
};

const VI = {
  title: 'Điều hướng, chính xác', subtitle: 'Kéo γ và trường score uốn theo', scene: 'Cảnh', undo: 'Hoàn tác', link: 'Chép liên kết', svg: 'SVG', png: 'PNG',
  present: 'Trình chiếu', leave: 'Thoát', language: 'English', theme: 'Giao diện', themes: { auto: 'Hệ thống', light: 'Sáng', dark: 'Tối', print: 'Để in' },
  plane: 'Mặt phẳng', gamma: 'Hệ số điều hướng γ', gammaField: 'γ bằng số', noise: 'Mức nhiễu', toData: 'nhiễu', toNoise: 'dữ liệu',
  play: 'Chạy', pause: 'Dừng', step: 'Một bước', slow: 'Chậm', condition: 'Điều kiện y', none: '∅', not: 'không phải', point: 'một điểm', mask: 'một đường',
  tolerance: 'Sai số τ', vertical: 'biết x₁', horizontal: 'biết x₂', method: 'Phương pháp',
  methods: { exact: 'Không cần bộ phân loại', classifier: 'Bộ phân loại với độ tự tin c', interval: 'Trong một khoảng của σ/α', autoguidance: 'Tự điều hướng (autoguidance)' },
  source: 'Score', sources: { exact: 'chính xác', network: 'mạng đã học', classifier: 'bộ phân loại đã học' },
  error: 'đã học: sai số so với chính xác', of: 'trên', confidence: 'Độ tự tin c', low: 'Từ σ/α', high: 'đến σ/α', walk: 'Quỹ đạo', sampler: 'Bộ lấy mẫu', steps: 'Số bước', seed: 'Nhiễu (hạt giống)', fresh: 'Nhiễu khác',
  samplers: { 'dpm++2m': 'ODE: DPM-Solver++(2M)', heun: 'ODE: Heun', ddim: 'ODE: DDIM', sde: 'SDE: Euler–Maruyama' },
  numbers: '256 quỹ đạo kết thúc ở đâu', target: 'đúng lớp đích', other: 'lớp khác', hybrid: 'lai', overshoot: 'vượt quá', nowhere: 'không thuộc lớp nào',
  spread: 'Độ phân tán', certainty: 'p(y | x₀) trung bình', evaluations: 'Số lần tính mỗi mẫu', effective: 'γ hiệu dụng', trace: 'Độ đúng và độ đa dạng',
  traceAxes: 'ngang: độ phân tán; dọc: % đúng lớp đích', clear: 'Xóa vết', probe: 'Tại xₜ', free: 'không điều kiện', gradient: 'gradient', guided: 'đã điều hướng',
  angle: 'Góc giữa hai mũi tên', back: 'Trở lại quỹ đạo', layers: 'Lớp hình', data: 'Dữ liệu', edit: 'Đổi phân phối', edits: 'Kéo một tâm; kéo vòng của nó để nới rộng.',
  weight: 'Trọng số', add: 'Thêm thành phần', remove: 'Bỏ đi', reset: 'Đặt lại',
  layer: { density: 'mật độ', free: 'trường sᵤ', gradient: 'gradient', guided: 'trường đã điều hướng', paths: 'quỹ đạo', tilt: 'p¹⁻ᵞ p(x|y)ᵞ' },
  lesson: 'Sáu cảnh', next: 'Tiếp', previous: 'Lùi', start: 'Bắt đầu', end: 'Tự khám phá', guess: 'Hãy đoán trước', right: 'Đúng.', wrong: 'Chưa đúng.', show: 'Xem đáp án',
  ignored: 'Địa chỉ có phần không hợp lệ, đã bỏ qua: ', copied: 'Đã chép liên kết.', notCopied: 'Hãy chép địa chỉ từ thanh địa chỉ.',
  keys: 'Phím: mũi tên đổi γ trên thanh trượt; phím cách để chạy; [ và ] đổi mức nhiễu; p trình chiếu; u hoàn tác.',
  handleProbe: 'Điểm xₜ: phím mũi tên di chuyển', handleZ: 'Điểm đầu z của quỹ đạo nổi bật: phím mũi tên di chuyển', handlePoint: 'Điểm quan sát: phím mũi tên di chuyển',
  handleMask: 'Tọa độ đã biết: phím mũi tên di chuyển đường', handleMean: 'Tâm của thành phần', handleRing: 'Độ rộng của thành phần',
  endsOn: 'z này kết thúc', onClass: 'ở', between: 'giữa các mode', past: 'vượt quá đích', summary: 'Trong 256 quỹ đạo',
  improper: 'Với γ này, tích các lũy thừa không còn là mật độ.', made: 'Score chính xác của một hỗn hợp Gauss; cùng các con số với', version: 'phiên bản',
};

export const WORDS = { en: EN, vi: VI };

/** A share in percent, as one writes numbers in the language. */
export function percent(value, lang) {
  const digits = value > 0.995 && value < 1 ? 1 : 0;
  return `${decimal(100 * value, digits, lang)} %`;
}

/** A number with so many digits after the mark. */
export function decimal(value, digits, lang) {
  if (!Number.isFinite(value)) return '–';
  const text = value.toFixed(digits).replace(/^-(0(\.0*)?)$/, '$1').replace('-', '−');
  return lang === 'vi' ? text.replace('.', ',') : text;
}

/** γ as it is said: no more digits than it needs. */
export function gammaText(gamma, lang) {
  return decimal(gamma, Number.isInteger(gamma) ? 0 : Number.isInteger(Math.round(gamma * 1e6) / 1e5) ? 1 : 2, lang);
}
