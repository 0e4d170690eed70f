import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Web } from '../../src/web/server.ts'
import { exampleConnections } from '../web-example.ts'
import { recordedRun, served } from './recorded-run.ts'
import { visits } from './visits.ts'

/** 20,000 connections, half of cohort "quiet" and half of "control", on the first page and on one of their own. */
const visit = visits()
let web: Web
let base: string
let connections = exampleConnections(20_000)
beforeAll(async () => {
  connections = exampleConnections(20_000)
  web = await served({ ...recordedRun('conntrack-expiry-iptables'), connections: asked => connections.rows(asked) })
  base = `http://${web.listens[0]}/`
})
afterAll(() => web?.close())

/** The script brings it once it comes into view. */
async function brought(page: Page): Promise<Page> {
  await page.locator('#connections').scrollIntoViewIfNeeded()
  await rows(page).first().waitFor()
  return page
}
const rows = (page: Page) => page.locator('#connections tbody tr, main > .scroll tbody tr')
const ofCohort = (page: Page, cohort: string) => rows(page).filter({ hasText: cohort })

const ways = {
  'within the first page': { path: '', script: true },
  'on a page of their own, without a script': { path: 'connections', script: false },
}

describe.each(Object.keys(ways) as (keyof typeof ways)[])('%s', way => {
  const { path, script } = ways[way]
  const come = async () => {
    const page = await visit(base + path, { script })
    return script ? brought(page) : page
  }

  test(`${way}: pages follow each other, forth and back`, async () => {
    const page = await come()
    const each = await rows(page).count()
    expect(each).toBeGreaterThan(5)
    await page.getByRole('link', { name: 'next' }).click()
    await page.getByText(`rows ${each + 1} to ${2 * each}`).waitFor()
    expect(await rows(page).first().innerText()).toContain(`c${each}`)
    await page.getByRole('link', { name: 'previous' }).click()
    await page.getByText(`rows 1 to ${each}`).waitFor()
  })

  test(`${way}: a filter leaves what has all its words`, async () => {
    const page = await come()
    await page.getByRole('searchbox', { name: 'Filter' }).fill('control c19999')
    await page.keyboard.press('Enter')
    await page.getByText('rows 1 to 1', { exact: true }).waitFor()
    expect(await rows(page).innerText()).toContain('c19999')
    await page.getByRole('searchbox', { name: 'Filter' }).fill('nobody is called so')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByText('No connection matches “nobody is called so”').waitFor()
  })
})

test('within the first page nothing is loaded anew, and the focus stays in the filter', async () => {
  const page = await brought(await visit(base))
  await page.evaluate('window.isTheSame = true')
  await page.getByRole('searchbox', { name: 'Filter' }).fill('c7')
  await page.keyboard.press('Enter')
  await expect.poll(() => rows(page).first().innerText()).toContain('c7')
  expect(await page.evaluate('[window.isTheSame, document.activeElement.name, location.search]')).toEqual([
    true,
    'filter',
    '',
  ])
  expect(await ofCohort(page, 'control').count()).toBeGreaterThan(0)
})

test('of 20,000 only those are made that are shown', async () => {
  const before = connections.made
  await brought(await visit(base))
  expect(connections.made - before).toBeLessThan(1000)
})

test('what somebody types into the filter comes back as text', async () => {
  const bad = '"><script>window.hit = 1</script>'
  const page = await visit(`${base}connections?filter=${encodeURIComponent(bad)}`)
  expect(await page.getByRole('searchbox', { name: 'Filter' }).inputValue()).toBe(bad)
  expect(await page.evaluate('window.hit')).toBe(undefined)
})
