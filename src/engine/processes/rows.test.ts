import { expect, test } from 'vitest'
import { exampleConnection } from '../../../test/web-example.ts'
import { listed, type RowsAsked } from '../../probes/listed.ts'
import { type Answering, rowsOf } from './rows.ts'

/** Processes that hold so many each; connections are numbered through. */
function processes(...sizes: readonly number[]): { all: Answering[]; asked: (RowsAsked & { nth: number })[] } {
  const asked: (RowsAsked & { nth: number })[] = []
  let from = 0
  const all = sizes.map((size, nth): Answering => {
    const rows = Array.from({ length: size }, (_, i) => exampleConnection(from + i))
    from += size
    return question => {
      asked.push({ ...question, nth })
      return listed(rows, question)
    }
  })
  return { all, asked }
}

const ids = async (asked: RowsAsked, all: readonly Answering[]) =>
  (await rowsOf(asked, all)).found.map(({ id }) => Number(id.slice(1)))

test('pages follow one another through all processes: each connection once, in one order', async () => {
  const { all } = processes(7, 0, 3, 11)
  const pages = await Promise.all([0, 5, 10, 15, 20, 25].map(offset => ids({ offset, limit: 5 }, all)))
  expect(pages.flat()).toEqual(Array.from({ length: 21 }, (_, i) => i))
  expect((await rowsOf({ offset: 5, limit: 5 }, all)).more).toBe(true)
  expect((await rowsOf({ offset: 20, limit: 5 }, all)).more).toBe(false)
  expect((await rowsOf({ offset: 16, limit: 5 }, all)).more).toBe(false) // full, and the last
})

test('a page that one process fills is asked of no other', async () => {
  const { all, asked } = processes(20, 20, 20)
  expect(await rowsOf({ offset: 0, limit: 5 }, all)).toMatchObject({ more: true, missing: 0 })
  expect(asked.map(({ nth }) => nth)).toEqual([0])
})

test('what matches is counted in each process', async () => {
  const { all } = processes(10, 10) // every second one is of cohort "quiet"
  expect(await ids({ cohort: 'quiet', offset: 4, limit: 3 }, all)).toEqual([8, 10, 12])
  expect(await ids({ id: 'c17', offset: 0, limit: 1 }, all)).toEqual([17])
})

const silent: Answering = () => Promise.resolve(undefined)

test('a process that does not answer is left out, and that is said', async () => {
  const { all } = processes(3, 3)
  const { found, more, missing } = await rowsOf({ offset: 0, limit: 10 }, [silent, ...all])
  expect([found.length, more, missing]).toEqual([6, false, 1])
})

/** A process with a connection to each. */
const to = (...remotes: readonly string[]): Answering => {
  const rows = remotes.map((remote, i) => exampleConnection(i, { addresses: () => ({ local: 'here:1', remote }) }))
  return question => listed(rows, question)
}

test('what is alike counts once, whichever process holds it', async () => {
  const all = [to('a', 'a', 'b'), to('b', 'a', 'c', 'd', 'e')]
  const { found, more } = await rowsOf({ each: 'remote', offset: 0, limit: 4 }, all)
  expect([found.map(({ remote }) => remote), more]).toEqual([['a', 'b', 'c', 'd'], true])
})
