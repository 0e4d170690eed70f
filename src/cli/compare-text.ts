import type { Comparison, LatencyRow, Rates, Row } from '../compare/compare.ts'
import type { Gathered } from '../compare/gather.ts'
import { sentenceOf } from '../compare/sentence.ts'
import { between, chance, perThousandHours, share, times } from '../compare/words.ts'
import {
  type Cell,
  flexible,
  left,
  nothing,
  plain,
  right,
  type Table,
  type Tone,
  toned,
} from '../record/tables/table.ts'
import { type Paint, printable, textOf } from '../record/tables/text.ts'
import { counted, exposure, latency, moment, span } from '../record/tables/words.ts'
import { ageEdges } from '../stats/buckets.ts'
import type { Step } from '../stats/survival.ts'

/** A comparison for people: the pools, the rates, latencies, survival; what to know before believing it; and last what it comes to. */
export function compareText(
  comparison: Comparison,
  notes: readonly string[],
  { width = 120, paint = text => text }: { readonly width?: number; readonly paint?: Paint } = {},
): string {
  const { a, b, connects, decision } = comparison
  const tables = [poolsTable(a, b), ratesTable(comparison)]
  if (connects.a.failed + connects.b.failed > 0) tables.push(connectsTable(comparison))
  tables.push(latencyTable(comparison), survivalTable(comparison))
  const parts = tables.map(table => textOf(table, { width, paint, gap: 2 }))
  if (notes.length > 0) parts.push(`Notes\n${notes.map(note => `- ${printable(note)}\n`).join('')}`)
  return [...parts, `${paint(sentenceOf(comparison), tones[decision.result])}\n`].join('\n')
}

const tones: Readonly<Record<Comparison['decision']['result'], Tone>> = {
  worse: 'bad',
  better: 'good',
  'no difference': 'good',
  'too little exposure': 'warn',
}

function poolsTable(a: Gathered, b: Gathered): Table {
  return {
    title: 'Pools',
    columns: [
      left('Pool'),
      flexible('What'),
      ...['From (UTC)', 'To (UTC)', 'Lasted', 'Seen by'].map(left),
      flexible('Cohorts'),
    ],
    rows: [a, b].map(({ pool, fromMs, toMs, side, series }) =>
      [
        pool.name,
        pool.text,
        moment(fromMs),
        moment(toMs),
        span(toMs - fromMs),
        `${side}s`,
        [...new Set(series.map(({ cohort }) => cohort))].join(', '),
      ].map(plain),
    ),
    empty: 'none.',
  }
}

function ratesTable({ total, rows, demands }: Comparison): Table {
  const word = share(1 - demands.alpha)
  return {
    title: `Faults of held connections, per 1000 connection-hours (${word} intervals)`,
    columns: [
      flexible('Cohort'),
      ...['Path', 'Kind', 'Pool'].map(left),
      ...['Exposure', 'Resets', 'Rate'].map(right),
      left('Interval'),
      ...['Faults', 'Rate'].map(right),
      left('Interval'),
      left('B / A'),
    ],
    rows: [...rows.flatMap(row => rateRows(row, false)), ...rateRows(total, rows.length > 0)],
    empty: 'none.',
  }
}

function rateRows({ path, kind, a, b, ratio }: Row, together: boolean): Cell[][] {
  const compared = ratio.ratio === undefined ? nothing : plain(`${times(ratio)}, ${chance(ratio.p)}`)
  const name = ({ cohorts }: Rates) => plain(together ? 'together' : cohorts.join(', ') || '-')
  return [
    [name(a), ...[path, kind].map(plain), ...poolCells('A', a), plain('')],
    [together ? plain('') : name(b), ...['', ''].map(plain), ...poolCells('B', b), compared],
  ]
}

const poolCells = (name: string, { faults, resets }: Rates): Cell[] => [
  plain(name),
  faults.exposure > 0 ? plain(exposure(faults.exposure * 3_600_000)) : nothing,
  counted(resets.events, 'bad'),
  ...rateCells(resets),
  counted(faults.events, 'bad'),
  ...rateCells(faults),
]

const rateCells = ({ events, exposure, ...interval }: Rates['faults']): Cell[] =>
  exposure === 0
    ? [nothing, nothing]
    : [plain(perThousandHours(events / exposure)), plain(between(interval, perThousandHours))]

function connectsTable({ connects: { a, b } }: Comparison): Table {
  return {
    title: 'Attempts to connect (no part of the verdict)',
    columns: [left('Pool'), ...['Attempts', 'Failed', 'Share'].map(right)],
    rows: Object.entries({ A: a, B: b }).map(([name, { failed, of }]) => [
      plain(name),
      counted(of),
      counted(failed, 'bad'),
      of === 0 ? nothing : plain(share(failed / of)),
    ]),
    empty: 'none.',
  }
}

function latencyTable({ latencies, demands }: Comparison): Table {
  return {
    title: `Exchange latency (${share(1 - demands.alpha)} bootstrap intervals, where enough lies beyond)`,
    columns: ['Percentile', 'A', 'B', 'B / A'].map(left),
    rows: latencies.map(({ percent, a, b, ratio }) => [
      plain(`p${percent}`),
      percentile(a),
      percentile(b),
      ratio ? plain(times({ ratio: ratio.value, low: ratio.low, high: ratio.high })) : nothing,
    ]),
    empty: 'no exchange in either.',
  }
}

const percentile = ({ value, low, high }: LatencyRow['a']): Cell => {
  if (value === undefined) return nothing
  if (low === undefined || high === undefined) return toned(latency(value), 'dim')
  return plain(`${latency(value)} (${latency(low)} to ${latency(high)})`)
}

function survivalTable({ survival: { a, b, oldest, test } }: Comparison): Table {
  const ages = ageEdges.map(seconds => seconds * 1000)
  const first = Math.min(...[...a, ...b].map(({ age }) => age))
  const shown = ages.filter(
    (age, i) => (ages[i + 1] ?? Infinity) > first && (ages[i - 1] ?? 0) < Math.max(oldest.a, oldest.b),
  )
  const at = (curve: readonly Step[], age: number, reach: number): Cell => {
    if ((ages[ages.indexOf(age) - 1] ?? 0) >= reach) return nothing
    const step = curve.findLast(each => each.age <= age)
    return step ? plain(`${share(step.survival)} (${between(step, share)})`) : toned('100 %', 'dim')
  }
  return {
    title: `Silences survived (log-rank ${chance(test.p)})`,
    columns: [right('Up to'), left('A'), left('B')],
    rows: first === Infinity ? [] : shown.map(age => [plain(span(age)), at(a, age, oldest.a), at(b, age, oldest.b)]),
    empty: 'none was fatal.',
  }
}
