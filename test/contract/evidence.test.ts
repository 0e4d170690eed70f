import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { realClock } from '../../src/clock.ts'
import { sources } from '../../src/evidence/index.ts'
import { readSources } from '../../src/evidence/read.ts'
import { Absent, type Ask, type Machine, type Source } from '../../src/evidence/source.ts'
import type { Reading } from '../../src/outcome/evidence.ts'
import { plantedRoot } from '../planted-root.ts'

const room = new URL('../../src/evidence/', import.meta.url)
const folders = readdirSync(room).filter(name => existsSync(new URL(`${name}/source.ts`, room)))

/** What every source of evidence owes us. A new folder is held to it before its author writes a test. */
describe.each(sources.map(source => ({ name: source.name, source })))('$name', ({ source }) =>
  honoursTheContract(source),
)

describe.each(folders)('the folder %s', name => {
  const folder = new URL(`${name}/`, room)

  test('has what the house prescribes', () => {
    const files = ['README.md', 'facts.ts', 'parse.ts', 'parse.test.ts', 'source.ts']
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(files))
  })

  test('has a page with the headings of the house, in order, and something below each', () => {
    const [title, ...sections] = readFileSync(new URL('README.md', folder), 'utf8').split(/^## /m)
    expect(title?.split(/[:\n]/)[0]).toBe(`# ${name}`)
    expect(sections.map(section => section.split('\n')[0])).toEqual([
      'Name',
      'What it proves',
      'Privileges',
      'When it is absent',
    ])
    for (const section of sections) expect(section.split('\n').slice(1).join('').length).toBeGreaterThan(4)
    expect(sections[0]).toContain(`\`${name}\``)
  })

  test('is told on the page of the room: what it reads, where, and what it may need', () => {
    const rows = readFileSync(new URL('README.md', room), 'utf8').split('\n')
    const cells = rows.find(row => row.startsWith(`| [\`${name}\`](${name}/README.md) `))?.split('|') ?? []
    expect(cells.map(cell => cell.trim()).filter(Boolean).length).toBe(4)
  })
})

test('names are unique, and those of their folders', () => {
  const names = sources.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(folders).toEqual(expect.arrayContaining(names))
})

function honoursTheContract(source: Source): void {
  const fixtures = textsBelow(new URL(`${source.name}/fixtures/`, room))

  test.runIf(source.of === 'machine')('has text of kernels and tools to be read from', () => {
    expect(fixtures.length).toBeGreaterThan(0)
  })

  test('on a machine where nothing is, it is absent, or says as much', async () => {
    using planted = plantedRoot()
    await honest(source, { ...planted.machine, run: absent, get: absent })
  })

  test('on a root where every file it opens holds random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(bytes), fc.infiniteStream(fc.string()), async (contents, names) => {
        using planted = plantedRoot()
        await honest(source, randomRoot(planted.root, planted.machine, contents, names))
      }),
      { numRuns: 12 },
    )
  })

  test('whatever file, command or server answers with: text that is almost what it knows', async () => {
    const known = fixtures.length > 0 ? fc.constantFrom(...fixtures) : fc.json()
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(known), fc.infiniteStream(damage), async (texts, damages) => {
        await honest(
          source,
          everywhere(() => next(damages)(next(texts))),
        )
      }),
      { numRuns: 60 },
    )
  })

  test.each([
    ['one endless line', 'a'.repeat(eightMiB)],
    ['endless numbers', '1 '.repeat(eightMiB / 2)],
    ['a number of megabytes', '1'.repeat(eightMiB)],
    ['empty lines', '\n'.repeat(eightMiB)],
    ['brackets', '['.repeat(eightMiB)],
    ['what it knows, again and again', (fixtures[0] || 'a: 1\n').repeat(1 + eightMiB / (fixtures[0]?.length || 5))],
  ])('against eight megabytes it is bounded, in time and in what it says: %s', async (_, text) => {
    const began = performance.now()
    await honest(
      source,
      everywhere(() => text.slice(0, eightMiB)),
    )
    expect(performance.now() - began).toBeLessThan(20_000) // what grows with the square would take hours
  })

  test('when nobody ever answers it is absent in time', async () => {
    const machine = { clock: realClock, file: never, list: never, run: never, get: never }
    expect(await honest(source, machine, 200)).toMatchObject({ absent: expect.any(String) })
  })

  test.runIf(source.begin)(
    'it listens to anything, ends when it is told to, and has an answer before and after',
    async () => {
      const line = fc.oneof(
        fc.constantFrom(...fixtures.flatMap(text => text.split('\n'))),
        fc.string({ unit: 'binary' }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(line, { maxLength: 30 }), fc.boolean(), async (lines, endsByItself) => {
          const machine = everywhere(() => '')
          const [began, ended] = [new Set<number>(), new Set<number>()]
          const watch = source.begin?.({
            clock: realClock,
            log: pino({ level: 'silent' }),
            machine: () => machine,
            follow(_, __, onLine, onEnd) {
              const id = began.size
              began.add(id)
              setImmediate(() => {
                for (const each of lines) if (!ended.has(id)) onLine(each)
                if (endsByItself && !ended.has(id)) onEnd('ended with exit code 1')
                if (endsByItself) ended.add(id)
              })
              return () => ended.add(id)
            },
          })
          if (!watch) return
          const begun = { ...source, read: watch.read }
          await honest(begun, machine)
          await new Promise(setImmediate)
          await honest(begun, machine)
          watch.close()
          await honest(begun, machine)
          watch.close()
          expect(ended).toEqual(began)
        }),
        { numRuns: 20 },
      )
    },
  )
}

const flows = [
  { proto: 'tcp', local: '10.244.1.10:40053', remote: '10.96.22.22:7000' },
  { proto: 'udp', local: '10.244.1.10:41001', remote: '10.96.0.10:53' },
  { proto: 'udp', local: '[fd00:10:244::10]:41002', remote: '[fd00:10:96::a]:53' },
] as const
const peer = { pod: 'server-0', node: 'nodeb', ip: '10.244.2.11', instance: '1f0c9a' }
const ask: Ask = { flows, accounts: [{ id: '3f2a', peer }] }

/** Bytes of one source's facts, at most: an agent's answer with all of them has one MiB. */
const mostFacts = 256 * 1024

/** Reads it as everybody does. It never rejects; what it says satisfies its own schema and survives the way through JSON. */
async function honest(source: Source, machine: Machine, deadlineMs = 20_000): Promise<Reading | undefined> {
  const readings = await readSources([source], ask, { clock: realClock, machineUntil: () => machine }, deadlineMs)
  const reading = readings[source.name]
  expect(reading).toBeDefined()
  if (reading && 'absent' in reading) {
    expect(reading.absent).toMatch(/^[^\n]{1,300}$/)
    expect(reading.absent).not.toMatch(/is not a function|undefined|\[object/)
    return reading
  }
  const json = JSON.stringify(reading?.value)
  expect(source.facts.schema.safeParse(JSON.parse(json)).error?.issues ?? []).toEqual([])
  expect(JSON.parse(json)).toEqual(reading?.value)
  expect(json.length).toBeLessThan(mostFacts)
  return reading
}

const never = () => new Promise<never>(() => {})

const absent = (what: string) => Promise.reject<string>(new Absent(`${what}: not there (ENOENT)`))

const next = <T>(stream: Iterator<T>): T => stream.next().value as T // these streams have no end

/** A machine all of whose words are these. */
const everywhere = (words: () => string): Machine => ({
  clock: realClock,
  file: async () => words(),
  list: async () => words().split(/\s+/).slice(0, 1000),
  run: async () => words(),
  get: async () => words(),
})

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 6000 }),
  fc.constantFrom(new Uint8Array(), Buffer.from('0\n'), Buffer.from('-1\n'), Buffer.from('18446744073709551615\n')),
)

/** The real machine, below a root whose files and folders come into being when they are looked for. */
function randomRoot(root: string, machine: Machine, contents: Iterator<Uint8Array>, names: Iterator<string>): Machine {
  const make = (path: string, how: (at: string) => void) => {
    try {
      mkdirSync(join(root, path, '..'), { recursive: true })
      if (!existsSync(join(root, path))) how(join(root, path))
    } catch {
      // a name that cannot be: the machine will say so
    }
  }
  const words = async () => Buffer.from(next(contents)).toString('utf8')
  return {
    ...machine,
    run: words,
    get: words,
    file(path) {
      make(path, at => writeFileSync(at, next(contents)))
      return machine.file(path)
    },
    list(path) {
      make(path, at => {
        for (let i = 0; i < 5; i++)
          make(join(path, next(names).replaceAll(/[/\0]/g, '.') || 'a'), inside => mkdirSync(inside))
        mkdirSync(at, { recursive: true })
      })
      return machine.list(path)
    },
  }
}

const place = fc.double({ min: 0, max: 1, noNaN: true })

/** How text goes wrong on its way: cut, overwritten, doubled, its lines swapped; or not at all. */
const damage = fc.oneof(
  fc.constant((text: string) => text),
  place.map(at => (text: string) => text.slice(0, at * text.length)),
  place.map(at => (text: string) => text.slice(at * text.length)),
  fc.tuple(place, fc.string({ unit: 'binary', maxLength: 8 })).map(([at, word]) => (text: string) => {
    const where = Math.floor(at * text.length)
    return text.slice(0, where) + word + text.slice(where + word.length)
  }),
  fc
    .tuple(
      place,
      fc.constantFrom('', '-1', '0', '1e309', '18446744073709551616', '"', '{', '\n', ' ', 'null', '__proto__'),
    )
    .map(([at, word]) => (text: string) => {
      const parts = text.split(/\b/)
      parts[Math.floor(at * parts.length)] = word
      return parts.join('')
    }),
  fc.tuple(place, place).map(([a, b]) => (text: string) => {
    const lines = text.split('\n')
    const [from = '', to = ''] = [lines[Math.floor(a * lines.length)], lines[Math.floor(b * lines.length)]]
    return lines
      .with(Math.floor(a * lines.length) % lines.length, to)
      .with(Math.floor(b * lines.length) % lines.length, from)
      .join('\n')
  }),
)

const eightMiB = 8 * 1024 * 1024

function textsBelow(folder: URL): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => new URL(name, folder))
    .filter(each => statSync(each).isFile())
    .map(each => readFileSync(each, 'utf8'))
}
