import { readdirSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const folder = new URL('docs/pictures/', root)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

test('every picture of the docs is shown somewhere, is there, and is small enough for a slow line', () => {
  const shown = [
    ...read('README.md').matchAll(/docs\/pictures\/([\w-]+\.png)/g),
    ...read('docs/pictures/README.md').matchAll(/\(([\w-]+\.png)\)/g),
  ].map(([, name]) => name ?? '')
  const there = readdirSync(folder).filter(name => name.endsWith('.png'))
  expect([...new Set(shown)].toSorted()).toEqual(there.toSorted())
  for (const name of there) expect([name, statSync(new URL(name, folder)).size < 300_000]).toEqual([name, true])
})
