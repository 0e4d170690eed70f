// Without this script the page reloads itself now and then; with it, it follows the stream of events.
import { fillPanes } from './panes.js'
import { drawPlots } from './plots.js'

/** So often what changes slowly is drawn again, ms: no slice of time is shorter than 20 s. */
const plotsEveryMs = 5000

let heardAt = performance.now()
let plottedAt = -Infinity
const stream = new EventSource('api/events')
stream.addEventListener('summary', () => {
  heardAt = performance.now()
  void refresh()
})
stream.addEventListener('error', () => setState('no connection to longhold, trying again', 'bad'))

// A stream may stand still without an error: a proxy holds it, or the machine slept.
setInterval(() => {
  const old = Math.round((performance.now() - heardAt) / 1000)
  if (old > 10) setState(`what you see is ${old} s old, trying again`, 'bad')
}, 1000)

// What needs a script shows only where there is one.
document.documentElement.classList.add('scripted')
document.addEventListener('click', ({ target }) => {
  if (target.matches('.copy')) void copy(target)
})
fillPanes()
void drawPlots()

let loading = false

/** Puts the newest of every part in place, as the server renders it: there is one renderer. */
async function refresh() {
  if (loading || document.hidden || isSelecting()) return
  loading = true
  try {
    const response = await fetch('./', { cache: 'no-store' })
    if (!response.ok) throw new Error(`it answered ${response.status}`)
    const next = new DOMParser().parseFromString(await response.text(), 'text/html')
    for (const part of document.querySelectorAll('[data-live]')) renew(part, next.getElementById(part.id))
    if (performance.now() - plottedAt > plotsEveryMs) {
      plottedAt = performance.now()
      await drawPlots()
    }
    setState('live', 'good')
  } catch {
    setState('no connection to longhold, trying again', 'bad')
  } finally {
    loading = false
  }
}

/** What the server last sent of each part: people open and scroll what is shown. */
const shown = new Map()

/** Nobody who reads, or has come there with the keyboard, loses the place. */
function renew(part, next) {
  if (!next || shown.get(part.id) === next.innerHTML) return
  shown.set(part.id, next.innerHTML)
  const held = part.contains(document.activeElement) ? placeOf(part, document.activeElement) : undefined
  const opened = [...part.querySelectorAll('details')].map(each => each.open)
  const scrolled = [...part.querySelectorAll('.scroll')].map(each => each.scrollLeft)
  part.replaceChildren(...next.childNodes)
  part.querySelectorAll('.scroll').forEach((each, i) => {
    each.scrollLeft = scrolled[i] ?? 0
  })
  part.querySelectorAll('details').forEach((each, i) => {
    each.open = opened[i] ?? false
  })
  if (held !== undefined) part.querySelectorAll(focusable)[held]?.focus({ preventScroll: true })
}

const focusable = 'a, button, summary, [tabindex]'
const placeOf = (part, element) => [...part.querySelectorAll(focusable)].indexOf(element)

/** Somebody who marks a line to copy it must not have it pulled away. */
function isSelecting() {
  return document.getSelection()?.isCollapsed === false
}

function setState(words, tone) {
  const state = document.querySelector('#state')
  state.className = `pill ${tone}`
  if (state.textContent !== words) state.textContent = words
}

/** Copies the block below the button. Without permission (a page that came over plain HTTP) it stays marked: Ctrl-C does the rest. */
async function copy(button) {
  const block = button.parentElement.nextElementSibling
  document.getSelection()?.selectAllChildren(block)
  try {
    await navigator.clipboard.writeText(block.textContent)
    button.textContent = 'copied'
    document.getSelection()?.removeAllRanges()
  } catch {
    button.textContent = 'marked'
  }
}
