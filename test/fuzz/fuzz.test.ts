import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { seeded } from '../../src/stats/distribution/random.ts'
import { minimise } from './minimise.ts'
import { mutate } from './mutate.ts'
import { targets } from './targets.ts'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** The command that people run, without its clock. */
const fuzz = (...args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  new Promise(resolve => {
    const child = execFile(process.execPath, [here('fuzz.ts'), ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })

test('no parser of foreign bytes breaks its word: all of the corpus, 3,000 changes of it for each', async () => {
  const { code, stdout, stderr } = await fuzz('--cases', '3000', '--seed', '8', '--dry')
  expect([code, stderr]).toEqual([0, 'seed 8\n'])
  for (const { name } of targets) expect(stdout).toMatch(new RegExp(`^${name} +\\d+`, 'm'))
})

test('a target that there is not is a mistake', async () => {
  expect(await fuzz('frame')).toMatchObject({ code: 1, stderr: expect.stringContaining('no such target: frame') })
})

test('each target has real inputs, and what was found belongs to one', () => {
  const folders = readdirSync(here('corpus')).filter(name => name !== 'found')
  expect(folders.toSorted()).toEqual(targets.map(({ name }) => name).toSorted())
  const found = readdirSync(here('corpus/found')).map(name => name.replace(/-[0-9a-f]{8}\.bin$/, ''))
  expect(folders).toEqual(expect.arrayContaining(found))
})

test('a seed makes the same inputs again', () => {
  const stock = { corpus: [Buffer.from('TCP 0A60000A:0035 rr'), Buffer.from('a: 1\nb: 2\n')], words: ['TCP', '\n'] }
  const draw = (seed: number) => {
    const random = seeded(seed)
    return Array.from({ length: 500 }, () => mutate(stock, random).toString('hex'))
  }
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
  expect(new Set(draw(1)).size).toBeGreaterThan(400)
})

test('what fails is made small', async () => {
  const bytes = Buffer.from(`${'x'.repeat(1000)}bad${'y'.repeat(500)}`)
  const small = await minimise(bytes, less => Promise.resolve(less.includes('bad')))
  expect(small.toString()).toBe('bad')
})
