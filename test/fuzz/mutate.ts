import type { Random } from '../../src/stats/distribution/random.ts'

/** What inputs are made of. */
export interface Stock {
  /** Inputs that are known to get somewhere; at least one. */
  readonly corpus: readonly Buffer[]
  /** Words of the format. */
  readonly words: readonly string[]
}

/** No input is longer, bytes: what is long is `grown` for, and many short ones find more. */
const longest = 16 * 1024

/** Numbers that lie at the edge of something, as text. */
const edges =
  '0 -1 1 00 127 128 255 256 65535 65536 2147483647 2147483648 4294967295 4294967296 9007199254740993 8640000000000001 1e21 1e308 1e999 -0 0.5 NaN'.split(
    ' ',
  )

/** One to six changes to an input of the stock. The same draws make the same input. */
export function mutate({ corpus, words }: Stock, random: Random): Buffer {
  const below = (end: number) => Math.floor(random() * end)
  const one = <T>(of: readonly T[], otherwise: T): T => of[below(of.length)] ?? otherwise
  const other = () => one(corpus, Buffer.alloc(0))
  let bytes: Buffer = Buffer.from(other())
  for (let left = 1 + below(6); left > 0; left--) {
    const change = one(changes, flip)
    bytes = change(bytes, { below, other, word: () => one(words, ' ') }).subarray(0, longest)
  }
  return bytes
}

interface Draws {
  /** A whole number below `end`, 0 where there is none. */
  readonly below: (end: number) => number
  readonly other: () => Buffer
  readonly word: () => string
}
type Change = (bytes: Buffer, draws: Draws) => Buffer

const flip: Change = (bytes, { below }) => {
  const at = below(bytes.length)
  const flipped = Buffer.from(bytes)
  if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << below(8))
  return flipped
}

const changes: readonly Change[] = [
  flip,
  function overwrite(bytes, { below }) {
    const written = Buffer.from(bytes)
    const at = below(bytes.length)
    written.fill([0, 0xff, 0x0a, 0x20, below(256)][below(5)] ?? 0, at, Math.min(bytes.length, at + 1 + below(4)))
    return written
  },
  function insert(bytes, { below }) {
    const more = Buffer.from(Array.from({ length: 1 + below(4) }, () => below(256)))
    return spliced(bytes, below(bytes.length + 1), 0, more)
  },
  function remove(bytes, { below }) {
    return spliced(bytes, below(bytes.length), 1 + below(below(2) === 0 ? 4 : bytes.length), nothing)
  },
  function cut(bytes, { below }) {
    return bytes.subarray(0, below(bytes.length + 1))
  },
  function splice(bytes, { below, other }) {
    const rest = other()
    return Buffer.concat([bytes.subarray(0, below(bytes.length + 1)), rest.subarray(below(rest.length + 1))])
  },
  function transplant(bytes, { below, other }) {
    return spliced(bytes, below(bytes.length + 1), 0, sectionOf(other(), below))
  },
  function repeat(bytes, { below }) {
    const section = sectionOf(bytes, below)
    const times = [2, 3, 9, 40][below(4)] ?? 2
    return spliced(bytes, below(bytes.length + 1), 0, Buffer.concat(Array.from({ length: times }, () => section)))
  },
  function word(bytes, { below, word }) {
    return spliced(bytes, below(bytes.length + 1), below(2) * below(8), Buffer.from(word(), 'latin1'))
  },
  function edge(bytes, { below }) {
    const numbers = [...bytes.toString('latin1').matchAll(/-?\d+(?:\.\d+)?/g)]
    const number = numbers[below(numbers.length)]
    const written = Buffer.from(edges[below(edges.length)] ?? '')
    return number
      ? spliced(bytes, number.index, number[0].length, written)
      : spliced(bytes, below(bytes.length), 1, written)
  },
  function binaryEdge(bytes, { below }) {
    const width = [1, 2, 4, 8][below(4)] ?? 1
    const number = Buffer.alloc(width, [0, 0xff][below(2)])
    number[below(2) * (width - 1)] = [0, 1, 0x7f, 0x80, 0xff, 0xc0][below(6)] ?? 0
    return spliced(bytes, below(bytes.length), width, number)
  },
]

/** A piece of a format: some bytes, or what stands between two line feeds, blanks or commas. */
function sectionOf(bytes: Buffer, below: Draws['below']): Buffer {
  const from = below(bytes.length)
  const ends = [0x0a, 0x20, 0x2c][below(5)]
  if (ends === undefined) return bytes.subarray(from, from + 1 + below(64))
  const start = bytes.lastIndexOf(ends, from) + 1
  const end = bytes.indexOf(ends, start)
  return bytes.subarray(start, end < 0 ? undefined : end + 1)
}

const nothing = Buffer.alloc(0)
const spliced = (bytes: Buffer, at: number, removed: number, more: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at + removed)])

/** The same input about `length` bytes long, a section of it repeated: what a parser must not take four times as long for at twice the length. */
export function grown(bytes: Buffer, from: number, to: number, length: number): Buffer {
  const section = bytes.subarray(from, Math.max(to, from + 1))
  const times = Math.ceil(length / Math.max(1, section.length))
  return Buffer.concat([bytes.subarray(0, from), ...Array.from({ length: times }, () => section), bytes.subarray(from)])
}
