// The library's streams of random numbers: the same seed gives the same noise here and there.
//
// A stream is named by (seed, purpose, step, row): the first three are the key of ChaCha with 8 rounds, the row is its stream
// number. Normals are drawn by Marsaglia and Tsang's ziggurat with 256 layers (10.18637/jss.v005.i08), as rand_distr does.

/** What a stream is for: src/rng.rs. */
export const PURPOSE = { start: 4, walk: 5, reference: 7 };

// Where the ziggurat's tail begins, and the area of each layer.
const TAIL = 3.654152885361008796;
const AREA = 0.00492867323399;

const bell = (x) => Math.exp(-0.5 * x * x);

// x₀ = A/f(R), x₁ = R, f(x_{i+1}) = f(x_i) + A/x_i, x₂₅₆ = 0.
const WIDTHS = (() => {
  const x = new Float64Array(257);
  [x[0], x[1]] = [AREA / bell(TAIL), TAIL];
  for (let i = 1; i < 255; i++) x[i + 1] = Math.sqrt(-2 * Math.log(AREA / x[i] + bell(x[i])));
  return x;
})();
const HEIGHTS = WIDTHS.map(bell);

const rotate = (v, n) => (v << n) | (v >>> (32 - n));

function quarter(s, a, b, c, d) {
  s[a] += s[b];
  s[d] = rotate(s[d] ^ s[a], 16);
  s[c] += s[d];
  s[b] = rotate(s[b] ^ s[c], 12);
  s[a] += s[b];
  s[d] = rotate(s[d] ^ s[a], 8);
  s[c] += s[d];
  s[b] = rotate(s[b] ^ s[c], 7);
}

// One stream is read at a time, so that all of them share their words.
const KEY = new Uint32Array(16);
const WORDS = new Uint32Array(16);
const STREAM = {
  at: 16,
  low: 0,
  high: 0,
  /** The next 64 random bits, in `low` and `high`. */
  next() {
    if (this.at === 16) {
      refill();
      this.at = 0;
    }
    [this.low, this.high] = [WORDS[this.at], WORDS[this.at + 1]];
    this.at += 2;
  },
};

function refill() {
  WORDS.set(KEY);
  for (let round = 0; round < 4; round++) {
    quarter(WORDS, 0, 4, 8, 12);
    quarter(WORDS, 1, 5, 9, 13);
    quarter(WORDS, 2, 6, 10, 14);
    quarter(WORDS, 3, 7, 11, 15);
    quarter(WORDS, 0, 5, 10, 15);
    quarter(WORDS, 1, 6, 11, 12);
    quarter(WORDS, 2, 7, 8, 13);
    quarter(WORDS, 3, 4, 9, 14);
  }
  for (let i = 0; i < 16; i++) WORDS[i] += KEY[i];
  KEY[12] += 1;
}

/** The stream of (seed, purpose, step, row) and of a part of it, from its beginning; the one before it ends. */
function stream(seed, purpose, step, row, part = 0) {
  KEY.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  // four words of 64 bits, the lower half first; the step stands in the upper half of its own, the part in the lower
  KEY.set([seed >>> 0, Math.floor(seed / 2 ** 32), purpose, 0, part, step, 0, 0], 4);
  KEY.set([0, 0, row, 0], 12);
  STREAM.at = 16;
  return STREAM;
}

/** Uniform in [0, 1) from 53 bits. */
function uniform(random) {
  random.next();
  const { low, high } = random;
  return (high * 2 ** 21 + (low >>> 11)) * 2 ** -53;
}

/** Uniform in (0, 1) from 52 bits. */
function open(random) {
  random.next();
  const { low, high } = random;
  return (high * 2 ** 20 + (low >>> 12)) * 2 ** -52 + 2 ** -53;
}

/** A standard normal. */
function normal(random) {
  for (;;) {
    random.next();
    const { low, high } = random;
    const i = low & 0xff;
    const u = (high * 2 ** 20 + (low >>> 12)) * 2 ** -51 - 1; // in [−1, 1)
    const x = u * WIDTHS[i];
    if (Math.abs(x) < WIDTHS[i + 1]) return x;
    if (i === 0) return tail(random, u);
    if (HEIGHTS[i + 1] + (HEIGHTS[i] - HEIGHTS[i + 1]) * uniform(random) < bell(x)) return x;
  }
}

/** A normal beyond R, on the side of u. */
function tail(random, u) {
  let [x, y] = [1, 0];
  while (-2 * y < x * x) {
    x = Math.log(open(random)) / TAIL;
    y = Math.log(open(random));
  }
  return u < 0 ? x - TAIL : TAIL - x;
}

/** Standard normals of the rows 0 … n − 1: (n, 2), flat. */
export function normals(seed, purpose, step, n, part = 0) {
  const z = new Float64Array(2 * n);
  for (let row = 0; row < n; row++) {
    const random = stream(seed, purpose, step, row, part);
    z[2 * row] = normal(random);
    z[2 * row + 1] = normal(random);
  }
  return z;
}

/** A uniform number and two normals of the rows 0 … n − 1, (n, 3), flat: what a sample of a mixture of the plane is made of. */
export function draws(seed, purpose, n) {
  const z = new Float64Array(3 * n);
  for (let row = 0; row < n; row++) {
    const random = stream(seed, purpose, 0, row);
    z.set([uniform(random), normal(random), normal(random)], 3 * row);
  }
  return z;
}
