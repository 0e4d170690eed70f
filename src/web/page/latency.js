// How long answers took, slice by slice: the darker, the more. What got no answer stands above the 5 s line.
import { axis, ink, keepOnly, plot, timeAxis, utc, words } from './plot.js'

export function latencyPlots(place, past) {
  const groups = new Map()
  for (const probe of past.probes) {
    const key = keyOf(probe)
    groups.set(key, [...(groups.get(key) ?? []), probe])
  }
  const keys = ordered(past.probes).slice(0, mostMaps)
  keepOnly(place, keys)
  place.classList.toggle(
    'in-threes',
    past.probes.some(each => rank(each).includes(' 2 ')),
  )
  let before
  for (const key of keys) {
    const [{ kind, probe }] = groups.get(key)
    draw(place, past, key, groups.get(key)).classList.toggle('begins-row', before !== `${kind} ${probe}`)
    before = `${kind} ${probe}`
  }
}

const mostMaps = 12

/** A probe is a row: fresh and pinned ports side by side, then other modes. */
const ordered = probes => [...new Set(probes.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).map(keyOf))]
const rank = ({ kind, probe, mode }) => `${kind} ${probe} ${{ fresh: 0, pinned: 1 }[mode] ?? 2} ${mode}`
const keyOf = ({ kind, probe, mode }) => `${kind} ${probe} ${mode}`

/** Servers of one probe and mode are one map. */
function draw(place, { slices, everyS, startAtMs, probeColumns, latencyEdgesS, span }, key, probes) {
  const top = latencyEdgesS.length + 1
  const cells = new Map()
  const timeouts = probeColumns.indexOf('timeouts') + 1
  for (const { rows } of probes)
    for (const row of rows)
      for (let level = 0; level <= top; level += 1) {
        const count = (level === top ? row[timeouts] : row[1 + probeColumns.length + level]) ?? 0
        if (count > 0) cells.set(row[0] * 64 + level, (cells.get(row[0] * 64 + level) ?? 0) + count)
      }
  const [{ kind, probe, mode }] = probes
  const lost = [...cells].reduce((sum, [cell, count]) => sum + (cell % 64 === top ? count : 0), 0)
  const times = Array.from({ length: slices }, (_, i) => startAtMs / 1000 + i * everyS)
  return plot(place, key, {
    title: `${probe} (${kind}), ${mode} source port`,
    words: `Latency of ${probe} (${kind}), ${mode} source port, over the last ${span}: ${lost} without an answer`,
    height: 200,
    data: [times, times.map(() => null)],
    make: {
      shape: [everyS],
      state: { cells, everyS, startAtMs },
      options: state => ({
        ...utc,
        legend: { show: false },
        padding: [12, 18, 0, 0],
        cursor: { sync: { key: 'time' }, drag: { setScale: false } },
        scales: { y: { range: [0, top + 1] } },
        axes: [
          timeAxis(everyS),
          axis({
            size: 75,
            grid: { show: false },
            splits: () => [
              ...latencyEdgesS
                .keys()
                .filter(i => named.includes(latencyEdgesS[i]))
                .map(i => i + 1),
              top + 0.5,
            ],
            values: (_, levels) => levels.map(level => (level > top ? 'no answer' : words(latencyEdgesS[level - 1]))),
          }),
        ],
        series: [{}, { show: true, stroke: 'transparent' }],
        hooks: { draw: [self => paint(self, state, latencyEdgesS, top)] },
      }),
    },
  })
}

/** Edges with a number at the axis. */
const named = [0.0001, 0.001, 0.01, 0.1, 1, 5]

function paint(self, { cells, everyS, startAtMs }, edges, top) {
  const { ctx, bbox } = self
  const [plain, bad, warn] = ['link', 'bad', 'warn'].map(ink)
  const most = Math.max(1, ...cells.values())
  const at = level => self.valToPos(level, 'y', true)
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  for (const [cell, count] of cells) {
    const level = cell % 64
    const from = startAtMs / 1000 + Math.floor(cell / 64) * everyS
    const left = self.valToPos(from, 'x', true)
    ctx.fillStyle = level === top ? bad : plain
    ctx.globalAlpha = 0.25 + 0.75 * (Math.log1p(count) / Math.log1p(most))
    ctx.fillRect(
      left,
      at(level + 1),
      Math.max(2, self.valToPos(from + everyS, 'x', true) - left),
      at(level) - at(level + 1),
    )
  }
  ctx.globalAlpha = 1
  ctx.strokeStyle = warn
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([6, 4])
  const line = at(edges.indexOf(5) + 1)
  ctx.beginPath()
  ctx.moveTo(bbox.left, line)
  ctx.lineTo(bbox.left + bbox.width, line)
  ctx.stroke()
  ctx.restore()
}
