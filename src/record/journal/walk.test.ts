import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { spanOf, type Told, walk } from './walk.ts'

const alive = (at: number) => `${JSON.stringify({ journal: 'alive', at, steady: at })}\n`
const fresh = () => mkdtemp(join(tmpdir(), 'longhold-walk-'))

async function all(dir: string): Promise<Told[]> {
  const told: Told[] = []
  for await (const batch of walk(dir)) told.push(...batch)
  return told
}
const times = (told: readonly Told[]) => told.flatMap(each => ('line' in each ? [each.line.at] : []))

test('lines come in order over all files, whole wherever the file was cut into chunks', async () => {
  const dir = await fresh()
  const many = Array.from({ length: 60_000 }, (_, i) => alive(i)) // 2.6 MB: twenty chunks
  await writeFile(join(dir, 'journal-000001.jsonl'), many.join(''))
  await writeFile(join(dir, 'journal-000002.jsonl'), alive(60_000))
  expect(times(await all(dir))).toEqual(Array.from({ length: 60_001 }, (_, i) => i))
  expect(await spanOf(dir)).toEqual({ fromMs: 0, toMs: 60_000 })
})

test('a damaged line and a torn one are told by their places; empty ones are nothing', async () => {
  const dir = await fresh()
  await writeFile(join(dir, 'journal-000001.jsonl'), `${alive(1)}{"type":"ended"}\n\n${alive(2)}{"journal":"ali`)
  expect((await all(dir)).filter(each => 'damage' in each)).toEqual([
    { damage: { where: 'journal-000001.jsonl:2', bytes: 16, torn: false } },
    { damage: { where: 'journal-000001.jsonl:5', bytes: 15, torn: true } },
  ])
  expect(await spanOf(dir)).toEqual({ fromMs: 1, toMs: 2 })
})

test('files of nothing but zeros, as a power cut leaves them, take no memory to skip', async () => {
  const dir = await fresh()
  const file = join(dir, 'journal-000001.jsonl')
  await writeFile(file, alive(1))
  for (let i = 0; i < 10; i++) await appendFile(file, Buffer.alloc(8 * 1024 * 1024))
  await appendFile(file, `\n${alive(2)}`)
  const told = await all(dir)
  expect(times(told)).toEqual([1, 2])
  expect(told[1]).toEqual({ damage: { where: 'journal-000001.jsonl:2', bytes: 10 * 8 * 1024 * 1024, torn: false } })
  await rm(dir, { recursive: true })
})

test('a file that is gone when its turn comes is empty, and an empty journal has no span', async () => {
  const dir = await fresh()
  await writeFile(join(dir, 'journal-000001.hlog'), '')
  expect(await all(dir)).toEqual([])
  expect(await spanOf(dir)).toBeUndefined()
})

test('no journal is a sentence', async () => {
  await expect(all(await fresh())).rejects.toThrow('no file is named journal-*.jsonl')
})

test('a file that cannot be read is named', async () => {
  const dir = await fresh()
  await mkdir(join(dir, 'journal-000001.jsonl'))
  await expect(all(dir)).rejects.toThrow(/^cannot read .*journal-000001\.jsonl: /)
})
