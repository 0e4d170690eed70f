import { mkdirSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { startChromium } from './chromium.ts'
import { labRun } from './lab-run.ts'

// The pictures in docs/pictures, taken from a lab run of three minutes: `npm run pictures`. Needs root, as the lab does.

const folder = new URL('../../docs/pictures/', import.meta.url)
/** A README is read over slow lines too. */
const mostBytes = 300_000
/** As wide as two plots side by side, as tall as what somebody reads first. */
const desk = { width: 1280, height: 1210 }
const phone = { width: 390, height: 844 }

const say = (line: string) => void process.stderr.write(`${line}\n`)

mkdirSync(folder, { recursive: true })
await using lab = await labRun()
const browser = await startChromium()
try {
  await lab.tell('remembers 2')
  say('nodes that forget what is silent for 2 s: three minutes of it')
  await sleep(180_000)
  for (const scheme of ['light', 'dark'] as const) {
    await using look = await at(scheme, desk)
    await taken(look.page, `page-${scheme}`)
    await taken(look.page.locator('#plots'), `plots-${scheme}`)
    await look.page.locator('#connections').scrollIntoViewIfNeeded()
    await look.page.locator('#connections tbody a').first().click()
    await look.page.getByRole('dialog').waitFor()
    await taken(look.page.getByRole('dialog'), `connection-${scheme}`)
  }
  await using small = await at('dark', phone)
  await taken(small.page, 'phone-dark')
} finally {
  await browser.close()
}

async function at(colorScheme: 'light' | 'dark', viewport: typeof desk): Promise<AsyncDisposable & { page: Page }> {
  const context = await browser.newContext({ colorScheme, viewport, deviceScaleFactor: viewport === phone ? 2 : 1 })
  const page = await context.newPage()
  await page.goto(lab.url)
  await page
    .getByRole('article')
    .filter({ hasText: 'conntrack-expiry' })
    .waitFor()
    .catch(async (error: unknown) => {
      throw new Error(`no verdict: ${await page.locator('body').innerText()}`, { cause: error })
    })
  await page.locator('#state').filter({ hasText: 'live' }).waitFor()
  return { page, [Symbol.asyncDispose]: () => context.close() }
}

async function taken(shown: Page | Locator, name: string): Promise<void> {
  const path = fileURLToPath(new URL(`${name}.png`, folder))
  await shown.screenshot({ path })
  const { size } = statSync(path)
  if (size > mostBytes) throw new Error(`${path} has ${size} bytes: expected at most ${mostBytes}`)
  say(`${path}: ${Math.round(size / 1000)} KB`)
}
