import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { pictures, startChromium } from './chromium.ts'

/** How somebody looks at a page. */
export interface Look {
  /** CSS pixels. A phone is 390 wide. */
  readonly width?: number
  readonly scheme?: 'light' | 'dark'
  readonly script?: boolean
  /** May the page write to the clipboard without being asked? */
  readonly clipboard?: boolean
  /** What its clock shows all the time. */
  readonly clock?: string
  /** What the browser may complain about, where something is broken on purpose. */
  readonly forgiven?: RegExp
}

export type Visit = (url: string, look?: Look) => Promise<Page>

interface Open {
  readonly context: BrowserContext
  readonly page: Page
  readonly troubles: string[]
}

/**
 * One browser for a test file. Every page that a test opened is photographed when the test is over, and then must have had no
 * error, in its script or on its console, and have asked no other host for anything.
 */
export function visits(): Visit {
  let browser: Browser
  let open: readonly Open[] = []
  beforeAll(async () => {
    browser = await startChromium()
  })
  afterAll(() => browser?.close())
  afterEach(async ({ task }) => {
    const [done, troubles] = [open, open.flatMap(each => each.troubles)]
    open = []
    for (const [i, { page, context }] of done.entries()) {
      await page.screenshot({ path: pathOf(`${task.name}${i === 0 ? '' : ` ${i}`}`), fullPage: true }).catch(() => {}) // too tall, or gone
      await context.close()
    }
    expect(troubles).toEqual([])
  })
  return async (url, look = {}) => {
    const { width = 1280, scheme = 'light', script = true, clipboard = false, clock, forgiven } = look
    const context = await browser.newContext({
      viewport: { width, height: width < 600 ? 844 : 900 },
      colorScheme: scheme,
      javaScriptEnabled: script,
      ...(width < 600 && { deviceScaleFactor: 2, hasTouch: true, isMobile: true }),
      permissions: clipboard ? ['clipboard-read', 'clipboard-write'] : [],
    })
    context.setDefaultTimeout(60_000)
    const page = await context.newPage()
    const troubles: string[] = []
    const complain = (trouble: string) => void (forgiven?.test(trouble) || troubles.push(trouble))
    page.on('pageerror', error => complain(`an error: ${error.stack ?? error.message}`))
    page.on('console', line => {
      if (['error', 'warning'].includes(line.type())) complain(`on the console: ${line.text()} ${line.location().url}`)
    })
    page.on('request', request => {
      if (new URL(request.url()).host !== new URL(url).host) complain(`asked another host: ${request.url()}`)
    })
    open = [...open, { context, page, troubles }]
    if (clock !== undefined) await page.clock.setFixedTime(clock)
    await page.goto(url, { waitUntil: 'load' })
    return page
  }
}

const pathOf = (name: string) =>
  fileURLToPath(new URL(`${name.replaceAll(/[^\w]+/g, '-').slice(0, 100)}.png`, pictures))
