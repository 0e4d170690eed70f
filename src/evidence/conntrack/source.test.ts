import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { namespace } from '../../../test/namespace.ts'
import { plantedRoot } from '../../../test/planted-root.ts'
import { Absent, type Ask, type Machine } from '../source.ts'
import { conntrack } from './facts.ts'
import { parseSummary } from './parse.ts'
import { rise } from './rise.ts'
import { conntrackSource } from './source.ts'

const nobody: Ask = { flows: [], accounts: [] }
const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8')
const sizes = {
  'proc/sys/net/netfilter/nf_conntrack_count': '262144\n',
  'proc/sys/net/netfilter/nf_conntrack_max': '262144\n',
  'proc/sys/net/netfilter/nf_conntrack_buckets': '65536\n',
}

async function readIn(files: Readonly<Record<string, string>>, run: Machine['run'] = notInstalled) {
  using planted = plantedRoot(files)
  return conntrack.schema.parse(await conntrackSource.read({ ...planted.machine, run }, nobody))
}
const notInstalled: Machine['run'] = command => Promise.reject(new Absent(`${command}: not there (ENOENT)`))

test('sizes and counters', async () => {
  expect(await readIn({ ...sizes, 'proc/net/stat/nf_conntrack': fixture('linux-6.18') })).toMatchObject({
    count: 262_144,
    max: 262_144,
    buckets: 65_536,
    counters: { early_drop: 0x48, drop: 0 },
  })
})

describe('where /proc has no counters', () => {
  test('conntrack is asked for them', async () => {
    const asked: unknown[] = []
    const facts = await readIn(sizes, async (...command) => {
      asked.push(command)
      return fixture('conntrack-1.4.7')
    })
    expect(asked).toEqual([['conntrack', ['-S']]])
    expect(facts.counters).toMatchObject({ invalid: 14 })
  })

  test('and conntrack is not there, or says something else, the sizes remain', async () => {
    const expected = { count: 262_144, max: 262_144, buckets: 65_536, counters: {} }
    expect(await readIn(sizes)).toEqual(expected)
    expect(await readIn(sizes, async () => 'cpu=0 found=many\n')).toEqual(expected)
    expect(await readIn({ ...sizes, 'proc/net/stat/nf_conntrack': 'entries\n\n' })).toEqual(expected)
  })
})

test.each([
  ['without the module', {}, 'nf_conntrack_count: not there (ENOENT)'],
  [
    'with a count that is none',
    { ...sizes, 'proc/sys/net/netfilter/nf_conntrack_count': 'many\n' },
    'nf_conntrack_count is not',
  ],
  [
    'with half a limit',
    { ...sizes, 'proc/sys/net/netfilter/nf_conntrack_max': '26214' },
    'nf_conntrack_max is not a number',
  ],
  [
    'with less than nothing',
    { ...sizes, 'proc/sys/net/netfilter/nf_conntrack_count': '-1\n' },
    'nf_conntrack_count is not',
  ],
])('%s it is absent', async (_, files, message) => {
  await expect(readIn(files)).rejects.toMatchObject({ name: 'AbsentError', message: expect.stringContaining(message) })
})

test('a kernel without buckets has the rest', async () => {
  const { 'proc/sys/net/netfilter/nf_conntrack_buckets': _, ...rest } = sizes
  expect(await readIn(rest)).toEqual({ count: 262_144, max: 262_144, counters: {} })
})

test('on this kernel what enters the table is in the count, and what is counted rises', async () => {
  await using inside = await namespace(
    'nft "add table t; add chain t c { type filter hook input priority 0; }; add rule t c ct state invalid counter"',
  )
  const read = async () => conntrack.schema.parse(await conntrackSource.read(inside.machine, nobody))
  const before = await read()
  const entry = '-p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 --state ESTABLISHED -t 60'
  await inside.run(`conntrack -I ${entry} 2>&1`)
  const after = await read()
  expect([before.count, after.count]).toEqual([0, 1])
  expect(rise(before.counters, after.counters)).toMatchObject({ insert: 1, drop: 0, clash_resolve: 0, chaintoolong: 0 })
  expect(after.counters).toMatchObject(
    parseSummary(await inside.machine.run('conntrack', ['-S'])) ?? { nothing: 'read' },
  )
})
