import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cached, cacheFolder } from './cache.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'longhold-cache-'))
  vi.stubEnv('XDG_CACHE_HOME', home)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true })
})

const there = () => readdirSync(cacheFolder()).toSorted()
const slowly = (text: string) => async (folder: string) => {
  await sleep(20)
  await writes(text)(folder)
}
const fails = () => Promise.reject(new Error('no network'))
const writes = (text: string) => (folder: string) => writeFile(join(folder, 'text'), text)

test('what was made is not made again', async () => {
  const first = await cached({ name: 'image', key: 'a', keep: 1 }, writes('one'))
  expect(await cached({ name: 'image', key: 'a', keep: 1 }, writes('two'))).toBe(first)
  expect(readFileSync(join(first, 'text'), 'utf8')).toBe('one')
})

test('two that make it at once both get a whole one', async () => {
  const places = await Promise.all(
    ['one', 'two'].map(text => cached({ name: 'image', key: 'a', keep: 1 }, slowly(text))),
  )
  expect(places[0]).toBe(places[1])
  expect(readFileSync(join(places[0] ?? '', 'text'), 'utf8')).toMatch(/^(one|two)$/)
  expect(there()).toEqual(['image-a'])
})

test('what could not be made leaves nothing, and can be made later', async () => {
  await expect(cached({ name: 'image', key: 'a', keep: 1 }, fails)).rejects.toThrow('no network')
  expect(there()).toEqual([])
  await cached({ name: 'image', key: 'a', keep: 1 }, writes('one'))
  expect(there()).toEqual(['image-a'])
})

test('the oldest go, and what killed runs left; other names stay', async () => {
  const dead = 2 ** 22 + 1 // no process has such a number
  mkdirSync(join(cacheFolder(), `making-${dead}-x`), { recursive: true })
  mkdirSync(join(cacheFolder(), `making-${process.ppid}-x`))
  for (const [name, key] of ['project a', 'image a', 'project b', 'project c'].map(each => each.split(' '))) {
    await cached({ name: name ?? '', key: key ?? '', keep: 2 }, writes('one'))
    await sleep(5)
  }
  expect(there()).toEqual(['image-a', `making-${process.ppid}-x`, 'project-b', 'project-c'])
})
