import { moment as written, span } from '../record/tables/words.ts'
import { lasting } from './connection-words.ts'
import { type Html, html } from './html.ts'
import type { Moment } from './moments.ts'

/** Both sides of a connection on one line of time, and the same in words: numbers lead from one to the other. */
export function timeLine(all: readonly Moment[], now: number): Html {
  if (all.length === 0) return html`<p class="quiet">Nothing is known of when anything happened.</p>`
  return html`<figure class="time-line">
${drawing(all, now)}
<figcaption>${span(Math.round(rangeOf(all, now).ms))} from end to end; the numbers are those of the list.</figcaption>
</figure>
<ol class="moments">${all.map(
    each => html`<li>${line(each, all, now)}</li>
`,
  )}</ol>`
}

const lanes = { client: 'client', server: 'server', verdict: 'longhold' } as const

function line(each: Moment, all: readonly Moment[], now: number): Html {
  const { at, errorMs, lane, says, tone = '', href } = each
  const words = html`<span class="${tone}">${says}</span>`
  return html`<time datetime="${new Date(at).toISOString()}">${written(at)}</time> <span class="quiet">${distance(at, now)}${doubt(each, all)}</span>
<b>${lanes[lane]}</b> ${href === undefined ? words : html`<a href="${href}">${words}</a>`}${
    errorMs === undefined ? html` <span class="quiet">(by the server’s clock)</span>` : ''
  }`
}

function distance(at: number, now: number): string {
  if (Math.abs(at - now) < 1000) return 'now'
  return at > now ? `in ${lasting(at - now)}` : `${lasting(now - at)} ago`
}

/** Which side ended first is what people ask: where the clocks cannot tell, nobody shall read it from the order. */
function doubt({ at, errorMs = 0, lane, ends }: Moment, all: readonly Moment[]): string {
  const within = errorMs >= 1000 ? `, give or take ${span(Math.ceil(errorMs))}` : ''
  const isNear = (other: Moment) => other.ends && other.lane !== lane && Math.abs(other.at - at) <= errorMs
  return ends && all.some(isNear) ? `${within}, before or after the client’s end: the clocks cannot tell` : within
}

/** In the units of the drawing, in which letters are nine high. */
const size = { left: 46, right: 394, client: 26, server: 58, axis: 78, height: 96 } as const
/** Between two numbers on one lane. */
const apart = 15

function rangeOf(all: readonly Moment[], now: number): { readonly from: number; readonly ms: number } {
  const times = [...all.map(({ at }) => at), now]
  const from = Math.min(...times)
  return { from, ms: Math.max(1, Math.max(...times) - from) }
}

function drawing(all: readonly Moment[], now: number): Html {
  const { from, ms } = rangeOf(all, now)
  const x = (at: number): number => size.left + ((at - from) / ms) * (size.right - size.left)
  return html`<svg viewBox="0 0 400 ${size.height}" role="img" aria-label="Time line of the connection; the list below says the same">
<text x="2" y="${size.client + 3}">client</text><text x="2" y="${size.server + 3}">server</text>
${lane('client', all, x, now)}
${lane('server', all, x, now)}
<line class="grid" x1="${round(x(now))}" x2="${round(x(now))}" y1="8" y2="${size.axis}"/>
<text class="middle" x="${round(Math.max(size.left, Math.min(size.right - 6, x(now))))}" y="${size.axis + 9}">now</text>
<text x="${size.left}" y="${size.height - 1}">${written(from)} UTC</text>
</svg>`
}

/** From the first to the last that is known of this side, to now where it is open still, and on to what is due. */
function lane(name: 'client' | 'server', all: readonly Moment[], x: (at: number) => number, now: number): Html {
  const numbered = all.map((each, i) => ({ ...each, number: i + 1 }))
  const mine = numbered.filter(each => each.lane === name || (name === 'client' && each.lane === 'verdict'))
  const own = mine.filter(each => each.lane === name)
  if (own.length === 0) return html`<text class="middle" x="220" y="${size[name] + 3}">nothing known</text>`
  const [first, last] = [own[0]?.at ?? now, own.at(-1)?.at ?? now]
  const isOver = own.some(({ ends }) => ends)
  const places = spread(mine.map(({ at }) => x(at)))
  const y = size[name]
  return html`<line class="life" x1="${round(x(first))}" x2="${round(x(isOver ? last : now))}" y1="${y}" y2="${y}"/>
${last > now ? html`<line class="ahead" x1="${round(x(now))}" x2="${round(x(last))}" y1="${y}" y2="${y}"/>` : ''}
${mine.map(
  ({ at, number, tone = '', errorMs = 0 }, i) => html`${
    errorMs > 0
      ? html`<line class="doubt" x1="${round(x(at - errorMs))}" x2="${round(x(at + errorMs))}" y1="${y}" y2="${y}"/>`
      : ''
  }<line class="grid" x1="${round(x(at))}" x2="${round(places[i] ?? 0)}" y1="${y}" y2="${y - 11}"/>
<circle class="${tone}" cx="${round(x(at))}" cy="${y}" r="2.5"/>
<text class="middle ${tone}" x="${round(places[i] ?? 0)}" y="${y - 12}">${number}</text>`,
)}`
}

/** The same places, pushed apart until each has room, and back from the right end. */
function spread(places: readonly number[]): readonly number[] {
  const pushed: number[] = []
  for (const place of places) pushed.push(Math.max(place, (pushed.at(-1) ?? -apart) + apart))
  let most: number = size.right
  return pushed
    .toReversed()
    .map(place => {
      const at = Math.min(place, most)
      most = at - apart
      return at
    })
    .toReversed()
}

const round = (n: number): number => Math.round(n * 10) / 10
