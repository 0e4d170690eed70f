import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Web } from '../../src/web/server.ts'
import { prefixed } from './prefixed.ts'
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

test('all that the page loads is below 150 KB compressed', async () => {
  const page = await visit(base)
  await page.locator('#state').filter({ hasText: 'live' }).waitFor()
  const loaded = await page.evaluate<string[]>('performance.getEntriesByType("resource").map(({ name }) => name)')
  const paths = new Set([base, ...loaded].map(each => new URL(each).pathname))
  expect(paths.size).toBeGreaterThan(2) // the page, its style, its script
  paths.delete('/api/events') // it has no end
  const sizes = await Promise.all(
    [...paths].map(async path => {
      const { ok, bytes } = await fetch(new URL(path, base)).then(async answer => ({
        ok: answer.ok,
        bytes: await answer.bytes(),
      }))
      expect([path, ok]).toEqual([path, true])
      return [path, gzipSync(bytes).length] as const
    }),
  )
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)
  expect(total, JSON.stringify(sizes)).toBeLessThan(150_000)
  expect(total, JSON.stringify(sizes)).toBeGreaterThan(3000)
})

test('behind a path prefix it is live, and every link of it stays there', async () => {
  await using proxy = await prefixed(base, '/some/prefix')
  const page = await visit(proxy.url)
  await page.locator('#state').filter({ hasText: 'live' }).waitFor()
  const links = await page.evaluate<string[]>('[...document.links].map(({ href }) => href)')
  expect(links.length).toBeGreaterThan(3)
  const own = links.filter(href => new URL(href).host === new URL(proxy.url).host)
  expect(own.filter(href => !href.startsWith(proxy.url))).toEqual([])
  await page.getByRole('link', { name: /^conntrack-expiry/ }).click()
  await page.getByRole('heading', { level: 1, name: 'conntrack-expiry' }).waitFor()
  expect(page.url()).toBe(`${proxy.url}explain?verdict=conntrack-expiry`)
})
