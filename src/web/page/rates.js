// Unplanned ends against silence, slice by slice, with the verdicts of the same time behind them.
import { axis, font, ink, keepOnly, plot, short, timeAxis, utc } from './plot.js'

/** More lines than these nobody tells apart: the rest have their row above. */
const mostLines = 8

export function rateplots(place, past) {
  const clients = past.cohorts.filter(({ side }) => side === 'client')
  const cohorts = (clients.length > 0 ? clients : past.cohorts).slice(0, mostLines)
  const shown = cohorts.length > 0 ? ['resets', 'others'] : []
  keepOnly(place, shown)
  for (const column of shown) draw(place, past, cohorts, column, titles[column])
}

const titles = {
  resets: 'Resets per 1000 connection-hours',
  others: 'Other unplanned ends per 1000 connection-hours',
}

function draw(place, past, cohorts, column, title) {
  const { slices, everyS, startAtMs, verdicts } = past
  const times = Array.from({ length: slices }, (_, i) => startAtMs / 1000 + i * everyS)
  const lines = cohorts.map(cohort => rate(cohort.rows, past.cohortColumns.indexOf(column) + 1, slices))
  const most = Math.max(...lines.flat().map(Number))
  plot(place, column, {
    title,
    words: `${title}: ${most > 0 ? `up to ${Math.round(most)}` : 'none'}, over the last ${past.span}`,
    data: [times, ...lines],
    make: {
      shape: [everyS, ...cohorts.map(({ cohort, path, side }) => [cohort, path, side])],
      state: { verdicts },
      options: state => ({
        ...utc,
        legend: { show: column === 'resets' },
        cursor: { sync: { key: 'time' }, drag: { setScale: false } },
        scales: { y: { range: (_, __, high) => [0, Math.max(1, high * 1.1)] } },
        axes: [timeAxis(everyS), axis({ size: 55, values: (_, rates) => rates.map(short) })],
        series: [
          { label: '', value: (_, at) => (at === null ? '' : new Date(at * 1000).toISOString().slice(11, 19)) },
          ...cohorts.map(line),
        ],
        hooks: { drawClear: [self => shade(self, state.verdicts)] },
      }),
    },
  })
}

/** Nobody was silent in a slice without exposure: there is no rate then. */
function rate(rows, column, slices) {
  const values = Array.from({ length: slices }, () => null)
  for (const [slice, exposureMs = 0, ...counts] of rows) {
    const events = counts[column - 2] ?? 0
    if (exposureMs > 0 || events > 0) values[slice] = (events / Math.max(exposureMs, 1000)) * 3_600_000_000
  }
  return values
}

const line = ({ cohort, path, side }, i) => ({
  label: `${cohort} (${side}, ${path})`,
  stroke: ink(`line-${i + 1}`),
  width: 1.5,
  paths: uPlot.paths.stepped({ align: 1 }),
  points: { show: false },
  value: (_, value) => (value === null ? '' : short(value)),
})

/** Every verdict as a band from when it was first seen to when it was last. */
function shade({ ctx, bbox, valToPos }, verdicts) {
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.font = scaled(font)
  for (const [i, { title, planned, sinceMs, untilMs }] of verdicts.entries()) {
    const from = valToPos(sinceMs / 1000, 'x', true)
    const to = untilMs === null ? bbox.left + bbox.width : valToPos(untilMs / 1000, 'x', true)
    if (!(to >= bbox.left)) continue
    ctx.globalAlpha = 0.14
    ctx.fillStyle = ink(planned ? 'quiet' : 'bad')
    ctx.fillRect(from, bbox.top, Math.max(2, to - from), bbox.height)
    ctx.globalAlpha = 1
    const isLate = from > bbox.left + bbox.width * 0.6
    ctx.textAlign = isLate ? 'right' : 'left'
    const x = isLate ? from - 4 * devicePixelRatio : Math.max(from, bbox.left) + 4 * devicePixelRatio
    ctx.fillText(title.slice(0, 60), x, bbox.top + (12 + 13 * (i % 4)) * devicePixelRatio)
  }
  ctx.restore()
}

const scaled = text => text.replace(/\d+/, size => String(Number(size) * devicePixelRatio))
