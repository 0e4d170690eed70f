import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Web } from '../../src/web/server.ts'
import { exampleConnections } from '../web-example.ts'
import { violations } from './accessible.ts'
import { recordedRun, served } from './recorded-run.ts'
import { visits } from './visits.ts'

const visit = visits()
let web: Web
let base: string

beforeAll(async () => {
  web = await served({ ...recordedRun('conntrack-expiry-iptables'), connections: exampleConnections(2000).rows })
  base = `http://${web.listens[0]}/`
})
afterAll(() => web?.close())

const paths = ['', 'connections', 'connection?id=c0', 'node', 'explain', 'explain?verdict=conntrack-expiry']

describe.each(['light', 'dark'] as const)('in a %s room', scheme => {
  test.each(paths)(`axe finds nothing wrong with /%s in ${scheme}`, async path => {
    const page = await visit(base + path, { scheme })
    expect(await violations(page)).toEqual([])
  })

  test(`nor on a phone in ${scheme}`, async () => {
    const page = await visit(base, { scheme, width: 390 })
    expect(await violations(page)).toEqual([])
  })
})

test('dark is dark, and light is light', async () => {
  expect(await lightness(await visit(base, { scheme: 'light' }))).toBeGreaterThan(220)
  expect(await lightness(await visit(base, { scheme: 'dark' }))).toBeLessThan(50)
})

test.each(paths)('on a phone /%s scrolls down, never sideways', async path => {
  const page = await visit(base + path, { width: 390 })
  expect(await page.evaluate('document.scrollingElement.scrollWidth <= innerWidth')).toBe(true)
  expect(await page.evaluate('innerWidth')).toBe(390) // wider content widens a phone's window
})

test('without a script there is all there is, and it comes anew by itself', async () => {
  const page = await visit(base, { script: false })
  expect(await page.getByRole('link', { name: /^conntrack-expiry/ }).count()).toBe(1)
  expect(await page.getByRole('table').count()).toBeGreaterThan(0)
  expect(await page.getByRole('button', { name: 'copy' }).count()).toBe(0) // a button that does nothing
  await page.waitForEvent('framenavigated')
  expect(await page.getByRole('link', { name: /^conntrack-expiry/ }).count()).toBe(1)
})

/** Of the paper, 0 to 255. */
async function lightness(page: Page): Promise<number> {
  const css = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
  return (css.match(/[\d.]+/g) ?? []).slice(0, 3).reduce((sum, each) => sum + Number(each), 0) / 3
}
