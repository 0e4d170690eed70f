// Everything that is drawn: what was when, how long answers took, which silences survived.
import { latencyPlots } from './latency.js'
import { clear } from './plot.js'
import { rateplots } from './rates.js'
import { survivalPlots } from './survival.js'

let span = 'hour'

/** Asks for what is to be drawn, and draws it. */
export async function drawPlots() {
  const [past, curves] = await Promise.all([ask(`api/history?span=${span}`), ask('api/survival')])
  begin(past)
  rateplots(document.querySelector('#history'), past)
  latencyPlots(document.querySelector('#latency'), past)
  survivalPlots(document.querySelector('#survival'), curves.survival)
}

/** What was before anything was, such as the hour before we began, is left out: but for five minutes' worth of slices. */
function begin(past) {
  const all = [...past.cohorts, ...past.probes].map(({ rows }) => rows[0]?.[0] ?? past.slices)
  const first = Math.max(0, Math.min(past.slices - fewest, ...all.map(slice => slice - 1)))
  past.startAtMs += first * past.everyS * 1000
  past.slices -= first
  for (const series of [...past.cohorts, ...past.probes]) for (const row of series.rows) row[0] -= first
}

const fewest = 15

async function ask(path) {
  const response = await fetch(path, { cache: 'no-store' })
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return response.json()
}

for (const button of document.querySelectorAll('[data-span]'))
  button.addEventListener('click', () => {
    span = button.dataset.span
    for (const each of document.querySelectorAll('[data-span]'))
      each.setAttribute('aria-pressed', String(each === button))
    void drawPlots()
  })

// Colours are drawn into the pictures: in another light they are drawn anew.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  clear()
  void drawPlots()
})
