import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violations } from './accessible.ts'
import { remoteName } from './chromium.ts'
import { type LabRun, labRun } from './lab-run.ts'
import { madeAnewTwice } from './made-anew.ts'
import { visits } from './visits.ts'

/** A client in a cluster whose nodes come to forget connections within 2 s, which are silent for 4: each test goes on from the one before. */
const visit = visits()
let lab: LabRun

beforeAll(async () => {
  lab = await labRun()
})
afterAll(() => lab?.[Symbol.asyncDispose]())

const headline = (page: Page) => page.locator('#now .headline')
const card = (page: Page) => page.getByRole('article').filter({ hasText: 'conntrack-expiry' })

test('what begins to fail shows by itself, on the page as it is open', async () => {
  const page = await visit(lab.url)
  await page.evaluate('window.isTheSame = true')
  await headline(page).filter({ hasText: 'All 52 connections alive' }).waitFor()
  await lab.tell('remembers 2')
  await card(page).waitFor()
  await headline(page)
    .filter({ hasText: /lost, the last .* ago/ })
    .waitFor()
  expect(await page.evaluate('window.isTheSame')).toBe(true)
})

test('its remedy is on the clipboard at a click', async () => {
  const page = await visit(lab.url, { clipboard: true })
  await card(page).getByRole('button', { name: 'copy' }).click()
  await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toContain('tcp_keepalive_time=')
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await card(page).locator('pre').textContent())
})

test('where a browser lets no page near the clipboard, it is marked, and stays marked', async () => {
  const page = await visit(lab.url.replace('127.0.0.1', remoteName))
  expect(await page.evaluate('isSecureContext')).toBe(false)
  await card(page).getByRole('button', { name: 'copy' }).click()
  await page.getByRole('button', { name: 'marked' }).waitFor()
  await madeAnewTwice(page)
  expect(await page.evaluate('document.getSelection().toString().trim()')).toBe(
    (await card(page).locator('pre').textContent())?.trim(),
  )
})

test('what was when is drawn: rates, latency, survival', async () => {
  const page = await visit(lab.url)
  for (const place of ['#history', '#latency', '#survival']) await page.locator(`${place} canvas`).first().waitFor()
})

test('a connection’s drawer shows what its client and its server know of it, and goes at Escape', async () => {
  const page = await visit(lab.url)
  await page.locator('#connections').scrollIntoViewIfNeeded()
  const first = page.locator('#connections tbody a').first()
  const id = (await first.innerText()).trim()
  await first.click()
  const drawer = page.getByRole('dialog')
  await drawer.waitFor()
  const who = drawer.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Who' }) })
  expect(await who.getByRole('cell').allInnerTexts()).toEqual([
    expect.stringMatching(/^client on nodea/),
    expect.stringMatching(/^srv[12] on nodeb/),
  ])
  expect(await drawer.innerText()).toContain(id)
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
  expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe(id)
})

test('the node says of itself what was read there', async () => {
  const page = await visit(`${lab.url}node`)
  await page.getByText('conntrack forgets an idle connection after 2 s,').waitFor()
  expect(await violations(page)).toEqual([])
})

test('when longhold stands still, the page says how old it is, and goes on when longhold does', async () => {
  const page = await visit(lab.url)
  const state = page.locator('#state')
  await state.filter({ hasText: 'live' }).waitFor()
  await lab.tell('stops')
  await state.filter({ hasText: /\d+ s old/ }).waitFor()
  await lab.tell('continues')
  await state.filter({ hasText: /^live$/ }).waitFor()
})

test('once the nodes remember again, what is over goes away by itself', async () => {
  const page = await visit(lab.url)
  await card(page).waitFor()
  await lab.tell('remembers 600')
  await card(page).waitFor({ state: 'detached' })
})
