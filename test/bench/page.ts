import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { startChromium } from '../browser/chromium.ts'
import { recordedRun, served } from '../browser/recorded-run.ts'
import type { Benchmark, Effort, Say } from './benchmark.ts'
import { type Finding, median, ratios } from './measure.ts'

export const page: Benchmark = {
  name: 'page',
  summary: 'how soon a browser paints the page, next to a page of one word',
  needs: { chromium: 'chromium' },
  run,
}

/** When the first text is there, ms after the address was asked for, of several visits with nothing cached. */
async function firstPaints(browser: Browser, url: string, visits: number): Promise<number[]> {
  const found: number[] = []
  for (let visit = 0; visit < visits; visit++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const shown = await context.newPage()
    await shown.goto(url)
    found.push(await shown.evaluate<number>(firstPaint))
    await context.close()
  }
  return found
}

/** Paint Timing: the entry may come after the load event. */
const firstPaint = `new Promise(resolve => new PerformanceObserver(list => {
  const found = list.getEntriesByName('first-contentful-paint')[0]
  if (found) resolve(found.startTime)
}).observe({ type: 'paint', buffered: true }))`

async function run({ quick, rounds }: Effort, say: Say): Promise<readonly Finding[]> {
  const visits = quick ? 3 : 10
  const web = await served(recordedRun('conntrack-expiry-iptables'))
  const word = createServer((_, response) => void response.setHeader('content-type', 'text/html').end('<p>word'))
  word.listen(0, '127.0.0.1')
  await once(word, 'listening')
  const floorUrl = `http://127.0.0.1:${(word.address() as AddressInfo).port}/` // a TCP server has no other
  const browser = await startChromium()
  const [ours, floor]: [number[], number[]] = [[], []]
  try {
    await firstPaints(browser, floorUrl, 2) // the browser itself is warm
    for (let round = 1; round <= rounds; round++) {
      say(`page: round ${round}`)
      floor.push(median(await firstPaints(browser, floorUrl, visits)))
      ours.push(median(await firstPaints(browser, `http://${web.listens[0]}/`, visits)))
    }
  } finally {
    await browser.close()
    await web.close()
    word.close().closeAllConnections()
  }
  const what = 'first contentful paint, median of the visits'
  return [
    {
      title: `The page of a recorded lab run with a verdict, ${visits} visits a round, nothing cached`,
      measures: [
        { what, unit: 'ms', of: 'longhold', values: ours },
        { what, unit: 'ms', of: 'a page of one word', values: floor },
        { what: 'times the floor', unit: '', of: 'longhold', values: ratios(ours, floor) },
      ],
      aims: [{ what: 'first contentful paint', unit: 'ms', values: ours, below: 300 }],
      notes: ['Both are served by the process that measures, and share the machine with the browser.'],
    },
  ]
}
