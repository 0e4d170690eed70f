// What every plot has in common. uPlot comes as a plain script before this one.
const plots = new Map()

/** Draws `data` in the figure `key` of `place`, in the plot that is there already if its make is the same. `words` say what it shows. Returns the figure. */
export function plot(place, key, { title, words, height = 180, make, data }) {
  const known = plots.get(key)
  const figure = known?.figure ?? place.appendChild(document.createElement('figure'))
  const shape = JSON.stringify([data.length, make.shape])
  if (known?.shape === shape) {
    Object.assign(known.state, make.state)
    known.drawn.setData(data)
    known.drawn.root.setAttribute('aria-label', words)
    return figure
  }
  known?.watch.disconnect()
  known?.drawn.destroy()
  const caption = Object.assign(document.createElement('figcaption'), { textContent: title })
  figure.replaceChildren(caption)
  const state = { ...make.state }
  const size = () => ({ width: Math.max(200, figure.clientWidth), height })
  const drawn = new uPlot({ ...size(), ...make.options(state) }, data, figure)
  drawn.root.setAttribute('role', 'img')
  drawn.root.setAttribute('aria-label', words)
  const watch = new ResizeObserver(() => {
    if (drawn.width !== size().width) drawn.setSize(size())
  })
  watch.observe(figure)
  plots.set(key, { place, figure, shape, state, drawn, watch })
  return figure
}

/** Takes away what `place` shows and is not among `keys` any more. */
export function keepOnly(place, keys) {
  for (const [key, each] of plots) {
    if (each.place !== place || keys.includes(key)) continue
    each.watch.disconnect()
    each.drawn.destroy()
    each.figure.remove()
    plots.delete(key)
  }
}

export function clear() {
  for (const { place } of plots.values()) keepOnly(place, [])
}

/** A colour of the style sheet, as it is in this light. */
export function ink(name) {
  const probe = document.body.appendChild(document.createElement('i'))
  probe.className = `ink-${name}`
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

export const font = '11px system-ui, sans-serif'

export const axis = more => ({
  stroke: ink('quiet'),
  font,
  grid: { stroke: ink('line'), width: 1 },
  ticks: { stroke: ink('line'), width: 1 },
  ...more,
})

/** Wall time as everything else on the page has it: UTC. */
export const timeAxis = everyS =>
  axis({
    space: 70,
    size: 30,
    values: (_, times) =>
      times.map(at => {
        const [day, hour] = new Date(at * 1000).toISOString().split('T')
        const seconds = everyS < 60 && !hour.startsWith(':00', 5)
        return everyS < 3600 ? hour.slice(0, seconds ? 8 : 5) : `${day.slice(5)} ${hour.slice(0, 5)}`
      }),
  })

/** Splits at whole UTC times come from uPlot when it is told where it is. */
export const utc = { tzDate: at => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC') }

/** `450`, `12k`, `3.4M`. */
export const short = value =>
  new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(value)

/** `0.5 s`, `90 s`, `15 m`, `2 h`, `3 d`: as people say it. */
export function words(seconds) {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} us`
  if (seconds < 1) return `${round(seconds * 1000)} ms`
  if (seconds < 120) return `${round(seconds)} s`
  if (seconds < 7200) return `${round(seconds / 60)} m`
  return seconds < 172_800 ? `${round(seconds / 3600)} h` : `${round(seconds / 86_400)} d`
}

const round = value => Number(value.toPrecision(2 + Number(value >= 100)))
