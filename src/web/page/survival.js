// Which share of silences outlives an age, path by path, with the timeout that was measured and the keepalives that are set.
import { axis, font, ink, keepOnly, plot, words } from './plot.js'

const mostCurves = 12

export function survivalPlots(place, all) {
  const shown = all.filter(({ curve }) => curve.length > 0).slice(0, mostCurves)
  keepOnly(place, shown.map(titleOf))
  for (const series of shown) draw(place, series, all)
}

/** Ages that people and clouds use. */
const usual = [0.1, 0.3, 1, 2, 4, 10, 30, 60, 180, 300, 900, 3600, 21_600, 86_400, 259_200, 604_800]

const word = keepalive => (typeof keepalive === 'object' ? `${words(keepalive.idleS)} idle` : keepalive)
const titleOf = ({ kind, path, speaker, keepalive }) =>
  `Silences of path ${path} (${kind}, ${speaker} speaks, keepalive ${word(keepalive)})`

function draw(place, series, all) {
  const { curve, timeout, longestSurvivedS, recommendedKeepalive } = series
  const last = curve.at(-1)
  const longest = Math.max(longestSurvivedS, last.ageS, timeout?.highS ?? 0) * 1.3
  const steps = [
    { ageS: Math.max(0.1, Math.min(curve[0].ageS, timeout?.lowS || Infinity) / 4), survival: 1, low: 1, high: 1 },
    ...curve,
    { ...last, ageS: longest },
  ]
  const set = all.filter(
    each => each.kind === series.kind && each.path === series.path && typeof each.keepalive === 'object',
  )
  const marks = [
    ...new Map(
      set.map(({ keepalive }) => [
        keepalive.idleS,
        { at: keepalive.idleS, says: `keepalive ${words(keepalive.idleS)}`, ink: 'good' },
      ]),
    ).values(),
    ...(recommendedKeepalive
      ? [{ at: recommendedKeepalive.idleS, says: `${words(recommendedKeepalive.idleS)} would survive`, ink: 'warn' }]
      : []),
  ]
  const title = titleOf(series)
  const says = timeout ? `; the timeout is between ${words(timeout.lowS)} and ${words(timeout.highS)}` : ''
  plot(place, title, {
    title: `${title}${says}`,
    words: `${title}: ${Math.round(last.survival * 100)}% outlive ${words(last.ageS)}${says}`,
    height: 200,
    data: [steps.map(({ ageS }) => ageS), ...['survival', 'low', 'high'].map(name => steps.map(step => step[name]))],
    make: {
      shape: [],
      state: { marks, timeout },
      options: state => ({
        legend: { show: false },
        cursor: { drag: { setScale: false } },
        scales: {
          x: {
            time: false,
            distr: 3,
            range: (_, low, high) => [Math.min(low, ...state.marks.map(({ at }) => at / 1.5)), high],
          },
          y: { range: [0, 1.02] },
        },
        axes: [
          axis({
            space: 40,
            size: 30,
            splits: ({ scales }) => usual.filter(age => age >= scales.x.min && age <= scales.x.max),
            filter: (_, ages) => ages,
            values: (_, ages) => ages.map(words),
          }),
          axis({ size: 50, values: (_, shares) => shares.map(share => `${Math.round(share * 100)}%`) }),
        ],
        series: [{}, ...['survival', 'low', 'high'].map(step)],
        bands: [{ series: [3, 2], fill: faint(ink('link')) }],
        hooks: { drawClear: [self => shade(self, state)], draw: [self => mark(self, state)] },
      }),
    },
  })
}

const step = name => ({
  label: name,
  stroke: name === 'survival' ? ink('link') : 'transparent',
  width: 2,
  paths: uPlot.paths.stepped({ align: 1 }),
  points: { show: false },
})

const faint = colour => colour.replace('rgb(', 'rgba(').replace(')', ', 0.15)')

function shade({ ctx, bbox, valToPos }, { timeout }) {
  if (!timeout) return
  const from = Math.max(bbox.left, valToPos(Math.max(timeout.lowS, 0.001), 'x', true))
  ctx.save()
  ctx.fillStyle = ink('warn')
  ctx.globalAlpha = 0.22
  ctx.fillRect(from, bbox.top, Math.max(2, valToPos(timeout.highS, 'x', true) - from), bbox.height)
  ctx.restore()
}

function mark({ ctx, bbox, valToPos }, { marks }) {
  ctx.save()
  ctx.font = font.replace(/\d+/, size => String(Number(size) * devicePixelRatio))
  ctx.lineWidth = 1.5 * devicePixelRatio
  ctx.textAlign = 'left'
  for (const [i, { at, says, ink: name }] of marks.entries()) {
    const x = valToPos(at, 'x', true)
    ctx.strokeStyle = ink(name)
    ctx.fillStyle = ink(name)
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.fillText(says, x + 4 * devicePixelRatio, bbox.top + bbox.height - (6 + 13 * i) * devicePixelRatio)
  }
  ctx.restore()
}
