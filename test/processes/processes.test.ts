import { readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { readJournal } from '../../src/record/journal/read.ts'
import { freePort } from '../free-port.ts'
import { begin, longhold, written } from '../cli/longhold.ts'
import { type Asked, killed, lives, running, type Row, server, stopped } from './several.ts'

const begun: Asked[] = []
afterEach(async () => {
  for (const each of begun.splice(0)) {
    each.child.kill('SIGKILL')
    await each.ended
  }
})

const usual = { connections: 40, idle: '400ms', spread: '500ms', deadline: '5s' }
const ports = { from: 24_000, to: 24_059 }

/** A client of three processes against a server of its own, every connection open. */
async function three(more: object = {}, probes?: (at: { tcp: string; http: string }) => readonly object[]) {
  const there = await server()
  begun.push(there)
  const held = probes?.(there) ?? [
    { kind: 'tcp-hold', name: 'bound', to: there.tcp, ...usual, sourcePorts: ports },
    { kind: 'http-hold', name: 'web', to: there.http, ...usual, connections: 10 },
    { kind: 'tcp-hold', name: 'single', to: there.tcp, ...usual, connections: 1 },
  ]
  const settings = { processes: 3, evidence: { ledgerPort: 1 }, probes: held, ...more }
  const here = await running('client', settings)
  begun.push(here)
  await expect.poll(async () => (await here.status()).ready, { timeout: 30_000 }).toBe(true)
  const write = (next: readonly object[]) =>
    writeFile(here.file, JSON.stringify({ ...settings, web: 'off', probes: next }))
  return { there, here, write }
}

const sum = (numbers: readonly number[]) => numbers.reduce((so, each) => so + each, 0)
const ids = (rows: readonly Row[]) => rows.map(({ id }) => id).filter(Boolean)
const pidsOf = async (here: Asked) => (await here.status()).processes.each.map(({ pid }) => pid)
const openIn = async (asked: Asked, side: string) =>
  sum((await asked.status()).cohorts.filter(each => each.side === side).map(({ open }) => open))
const endsOf = async (here: Asked) =>
  (await here.status()).cohorts.flatMap(({ side, ends }) =>
    side === 'client' ? ends.filter(({ count }) => count > 0) : [],
  )

test('three processes hold what one would: each connection once, on the page, in the counts and in the ledger', async () => {
  const { there, here } = await three()
  await expect.poll(() => openIn(here, 'client')).toBe(51)
  await expect.poll(() => openIn(there, 'server')).toBe(51)
  const { processes } = await here.status()
  expect(processes.each).toHaveLength(3)
  expect(processes.each.map(({ connections }) => connections)).toEqual([19, 16, 16]) // 14 + 4 + 1, 13 + 3, 13 + 3

  const rows = await here.rows()
  expect(new Set(ids(rows)).size).toBe(51)
  const used = (await here.rows('&cohort=bound')).map(({ local }) => Number(local.split(':').at(-1)))
  expect(new Set(used).size).toBe(40)
  for (const port of used) expect([port >= ports.from, port <= ports.to]).toEqual([true, true])

  const { accounts: ledger } = await there.json<{ accounts: Row[] }>('api/ledger?limit=1000')
  expect(new Set(ids(ledger))).toEqual(new Set(ids(rows)))

  for (const id of ids(rows)) {
    expect(ids(await here.rows(`&filter=${id}`))).toEqual([id])
    expect((await here.text(`connection?id=${id}`)).includes('Nobody here knows')).toBe(false)
  }
  expect(await here.text('connections?limit=20&offset=40')).toContain('rows 41 to 51')

  const metrics = await here.text('metrics')
  expect(metrics).toMatch(/^longhold_processes 3$/m)
  expect(metrics).toMatch(/^longhold_process_restarts_total 0$/m)
  expect(metrics).toMatch(
    /^longhold_connections_open\{side="client",kind="tcp-hold",cohort="bound",path="service"\} 40$/m,
  )
  await expect
    .poll(() => here.text('metrics'), { timeout: 40_000 })
    .toMatch(/^longhold_sweep_connections\{[^}]*cohort="bound"[^}]*\} 40$/m) // of all processes together

  const pids = processes.each.map(({ pid }) => pid)
  expect(await stopped(here)).toBe(0)
  expect(pids.filter(lives)).toEqual([])
  const { out } = await here.ended
  expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({
    cohorts: [
      { open: 0, faults: 0 },
      { open: 0, faults: 0 },
      { open: 0, faults: 0 },
    ],
  })
  await expect.poll(() => openIn(there, 'server')).toBe(0)
  const unplanned = (await there.status()).cohorts.flatMap(({ ends }) =>
    ends.filter(({ planned, count }) => !planned && count > 0),
  )
  expect(unplanned).toEqual([]) // every process said goodbye
})

test('a process that is killed: the end of each of its connections is told once, as planned, and it is begun anew', async () => {
  const { here } = await three()
  await expect.poll(() => openIn(here, 'client')).toBe(51)
  const before = await here.status()
  const victim = before.processes.each[1]
  const own = await here.rows()
  process.kill(victim?.pid ?? 0, 'SIGKILL')
  await expect.poll(async () => (await here.status()).processes.restarts, { timeout: 30_000 }).toBe(1)
  await expect.poll(() => openIn(here, 'client'), { timeout: 30_000 }).toBe(51)

  expect(await endsOf(here)).toEqual([
    expect.objectContaining({ fate: 'cancelled', planned: true, count: 13 }),
    expect.objectContaining({ fate: 'cancelled', planned: true, count: 3 }),
  ])
  const after = await here.status()
  expect(after.verdicts).toEqual([])
  expect(after.processes.each.map(({ connections }) => connections)).toEqual([19, 16, 16])
  expect(after.processes.each.map(({ pid }) => pid)).not.toContain(victim?.pid)
  const stayed = ids(await here.rows()).filter(id => ids(own).includes(id))
  expect(stayed).toHaveLength(51 - 16)
  expect(await here.text('metrics')).toMatch(/^longhold_process_restarts_total 1$/m)
  await expect.poll(async () => (await here.status()).ready, { timeout: 30_000 }).toBe(true)

  expect(await stopped(here)).toBe(0)
  const { out } = await here.ended
  expect(out).toContain('a process that held connections is gone')
})

test('a process that does not answer is left out, and that is said; when it goes on, it is as before', async () => {
  const { here } = await three()
  await expect.poll(() => openIn(here, 'client')).toBe(51)
  const [, , pid = 0] = await pidsOf(here)
  process.kill(pid, 'SIGSTOP')
  const answer = await here.json<{ missing: number; connections: Row[] }>('api/connections')
  expect([answer.missing, answer.connections.length]).toEqual([1, 35])
  expect(await here.text('connections')).toContain('One process of this client did not answer in time')
  await expect.poll(() => here.text('metrics'), { timeout: 20_000 }).toMatch(/^longhold_processes 2$/m)
  expect((await here.status()).ready).toBe(false)
  process.kill(pid, 'SIGCONT')
  await expect.poll(async () => (await here.rows()).length, { timeout: 20_000 }).toBe(51)
  await expect.poll(async () => (await here.status()).processes.each[2]?.stalls, { timeout: 20_000 }).toBeGreaterThan(0)
  process.kill(pid, 'SIGSTOP')
  expect(await stopped(here)).toBe(0) // a process that hears nothing is ended
  expect(lives(pid)).toBe(false)
})

test('the process that was started is killed: no other is left, and every one said goodbye', async () => {
  const { there, here } = await three()
  await expect.poll(() => openIn(there, 'server')).toBe(51)
  const pids = await pidsOf(here)
  await killed(here)
  await expect.poll(() => pids.filter(lives), { timeout: 30_000 }).toEqual([])
  await expect.poll(() => openIn(there, 'server')).toBe(0)
  const goodbyes = (await there.status()).cohorts.flatMap(({ ends }) => ends.filter(({ planned }) => planned))
  expect(sum(goodbyes.map(({ count }) => count))).toBe(51 - 19)
})

test('it is killed while the others come up: none is left', async () => {
  const probes = [{ kind: 'tcp-hold', name: 'early', to: '127.0.0.1:1', connections: 8 }]
  const file = await written(JSON.stringify({ processes: 4, web: 'off', journal: 'off', evidence: 'off', probes }))
  for (const moment of [1, 2, 3]) {
    const here = begin(['client', '--config', file])
    const children = () => readFileSync(`/proc/${here.child.pid}/task/${here.child.pid}/children`, 'utf8')
    const pids = () => children().trim().split(' ').filter(Boolean).map(Number)
    await expect.poll(() => pids().length, { interval: 1, timeout: 30_000 }).toBeGreaterThanOrEqual(moment)
    const there = pids()
    await killed(here)
    await expect.poll(() => there.filter(lives), { timeout: 30_000 }).toEqual([])
  }
})

test('what reaches the whole group of processes is for the one that was started to heed', async () => {
  const { there, here } = await three()
  await expect.poll(() => openIn(there, 'server')).toBe(51)
  for (const pid of (await pidsOf(here)).slice(1))
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(pid, signal)
  expect(await stopped(here)).toBe(0)
  expect((await here.ended).out).not.toContain('is gone')
  const faults = (await there.status()).cohorts.flatMap(({ ends }) =>
    ends.filter(({ planned, count }) => !planned && count > 0),
  )
  expect(faults).toEqual([])
})

test('a reload reaches all processes: what is the same stays, what is set otherwise begins anew', async () => {
  const slow = { ...usual, idle: '10m', spread: '0s' }
  const probes = (tcp: string, more: object = {}) => [
    { kind: 'tcp-hold', name: 'stays', to: tcp, ...slow, connections: 10 },
    { kind: 'tcp-hold', name: 'changes', to: tcp, ...slow, connections: 10, ...more },
  ]
  const { there, here, write } = await three({}, ({ tcp }) => probes(tcp))
  const of = async (cohort: string) => ids(await here.rows(`&cohort=${cohort}`))
  await expect.poll(async () => [(await of('stays')).length, (await of('changes')).length]).toEqual([10, 10])
  const [stays, changes] = [await of('stays'), await of('changes')]
  await write(probes(there.tcp, { connections: 8 }))
  here.child.kill('SIGHUP')
  await here.said('goes on with the configuration as it is now')
  await expect.poll(async () => (await of('changes')).length).toBe(8)
  expect((await of('changes')).filter(id => changes.includes(id))).toEqual([])
  expect(await of('stays')).toEqual(stays)
  expect((await here.status()).processes).toMatchObject({ restarts: 0 })
  await expect.poll(() => openIn(there, 'server')).toBe(18)
})

test('a pair whose process is killed says nothing of the network; one round, report and journal take all processes together', async () => {
  const at = `127.0.0.1:${await freePort()}`
  const off = { 'http-hold': 'off', 'udp-echo': 'off', dns: 'off' }
  const probes = [{ kind: 'tcp-hold', name: 'own', to: at, ...usual, connections: 9 }]
  const dir = await mkdtemp(join(tmpdir(), 'longhold-processes-'))
  const settings = { processes: 3, journal: { dir }, server: { ...off, 'tcp-hold': { listen: at } }, probes }
  const here = await running('pair', settings)
  begun.push(here)
  await expect.poll(() => openIn(here, 'client'), { timeout: 30_000 }).toBe(9)
  process.kill((await pidsOf(here))[1] ?? 0, 'SIGKILL')
  await expect.poll(async () => (await here.status()).processes.restarts, { timeout: 30_000 }).toBe(1)
  await expect.poll(() => openIn(here, 'client'), { timeout: 30_000 }).toBe(9)
  expect((await here.status()).verdicts).toEqual([])
  expect(await stopped(here)).toBe(0)
  const { snapshot } = await readJournal(dir)
  expect(snapshot.cohorts.find(({ side }) => side === 'client')).toMatchObject({ open: 0, opened: 12, fateless: 0 })
  expect(snapshot.verdicts).toEqual([])

  const once = await longhold([
    'pair',
    '--once',
    '--config',
    await written(JSON.stringify({ ...settings, web: 'off', journal: 'off' })),
  ])
  expect([once.code, once.err]).toEqual([0, ''])
})

test('every process proves the token', async () => {
  const tokenFile = await written('a-token-of-enough-characters')
  const auth = { tokenFile }
  const tcp = `127.0.0.1:${await freePort()}`
  const off = { 'http-hold': 'off', 'udp-echo': 'off', dns: 'off' }
  const there = await running('server', { auth, server: { ...off, 'tcp-hold': { listen: tcp } } })
  begun.push(there)
  const here = await running('client', {
    auth,
    processes: 3,
    evidence: 'off',
    probes: [{ kind: 'tcp-hold', name: 'proven', to: tcp, ...usual, connections: 6 }],
  })
  begun.push(here)
  await expect.poll(() => openIn(there, 'server'), { timeout: 30_000 }).toBe(6)
  expect((await there.text('metrics')).match(/longhold_rejected_total\{kind="tcp-hold"[^}]*\} [1-9]/)).toBe(null)
})
