import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Web } from '../../src/web/server.ts'
import { madeAnewTwice } from './made-anew.ts'
import { recordedRun, served } from './recorded-run.ts'
import { visits } from './visits.ts'

const visit = visits()
let web: Web
let base: string
beforeAll(async () => {
  web = await served(recordedRun('conntrack-expiry-iptables'))
  base = `http://${web.listens[0]}/`
})
afterAll(() => web?.close())

/** Whatever somebody with a mouse could use, by what it says. */
const usable = `[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
  .filter(each => each.checkVisibility() && !each.disabled)`
const focused = `document.activeElement`
const isOutlined = `(({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && parseFloat(outlineWidth) > 0)(getComputedStyle(${focused}))`

test('Tab reaches all that can be used, and it is seen where one is', async () => {
  const page = await visit(base)
  await page.locator('#state').filter({ hasText: 'live' }).waitFor()
  // What comes into view brings more.
  for (const [id, link] of [
    ['connections', 'Every connection'],
    ['node', 'What the node says'],
  ] as const) {
    await page.locator(`#${id}`).scrollIntoViewIfNeeded()
    await page.getByRole('link', { name: link, exact: true }).waitFor({ state: 'detached' })
  }
  const all = await page.evaluate<number>(`${usable}.length`)
  expect(all).toBeGreaterThan(5)
  const reached = new Set<string>()
  for (let i = 0; i < all + 5; i++) {
    await page.keyboard.press('Tab')
    const name = await nameOfFocused(page)
    if (name === '') continue // the browser's own bar, once around
    reached.add(name)
    expect([name, await page.evaluate(isOutlined)]).toEqual([name, true])
  }
  const names = await page.evaluate<string[]>(`${usable}.map(${nameOf})`)
  expect(names.filter(name => !reached.has(name))).toEqual([])
})

test('who comes to a part with the keyboard before it is there goes on within it', async () => {
  const page = await visit(base)
  await page.getByRole('link', { name: 'Every connection', exact: true }).focus()
  await page.locator('#connections form').waitFor()
  expect(await page.evaluate(`document.querySelector('#connections').contains(${focused})`)).toBe(true)
})

test('who is at a button or a link with the keyboard stays there while the page is made anew', async () => {
  const page = await visit(base)
  await page.getByRole('link', { name: /^conntrack-expiry/ }).focus()
  await madeAnewTwice(page)
  expect(await nameOfFocused(page)).toMatch(/^A conntrack-expiry/)
})

const nameOf = `(each => each === document.body ? '' : each.tagName + ' ' + (each.ariaLabel ?? each.textContent.trim().slice(0, 60)))`
const nameOfFocused = (page: Page): Promise<string> => page.evaluate(`${nameOf}(${focused})`)
