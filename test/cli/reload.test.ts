import { mkdir, mkdtemp, rename, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../free-port.ts'
import { begin, type Running } from './longhold.ts'

let running: Running | undefined
afterEach(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
})

/** A pair with two cohorts, and how each version of its file is written. */
async function begun() {
  const [data, web] = [await freePort(), await freePort()]
  const dir = await mkdtemp(join(tmpdir(), 'longhold-reload-'))
  const at = `127.0.0.1:${data}`
  const off = { 'http-hold': 'off', 'udp-echo': 'off', dns: 'off' }
  const text = (probes: readonly object[], more: object = {}) =>
    JSON.stringify({
      journal: 'off',
      evidence: 'off',
      web: { listen: `127.0.0.1:${web}` },
      server: { ...off, 'tcp-hold': { listen: at } },
      probes: probes.map(each => ({ kind: 'tcp-hold', to: at, connections: 3, idle: '10m', spread: '0s', ...each })),
      ...more,
    })
  let version = 0
  /** As a ConfigMap arrives: a new directory, and a symlink that is swapped. */
  const write = async (content: string) => {
    version += 1
    await mkdir(join(dir, `v${version}`))
    await writeFile(join(dir, `v${version}`, 'longhold.yaml'), content)
    await symlink(`v${version}`, join(dir, 'new'))
    await rename(join(dir, 'new'), join(dir, 'data'))
  }
  await write(text([{ name: 'stays' }, { name: 'goes' }]))
  await symlink('data/longhold.yaml', join(dir, 'longhold.yaml'))
  running = begin(['pair', '--config', join(dir, 'longhold.yaml')])
  await running.said('longhold pair runs')
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${web}/${path}`)).text()
  const ids = async (cohort: string) =>
    (
      JSON.parse(await get(`api/connections?cohort=${cohort}`)) as { connections: { id: string; state: string }[] }
    ).connections
      .filter(({ state }) => state === 'idle')
      .map(({ id }) => id)
  await expect.poll(async () => [(await ids('stays')).length, (await ids('goes')).length]).toEqual([3, 3])
  return { running, write, text, get, ids, file: join(dir, 'longhold.yaml') }
}

test('a changed file: what stays keeps its connections, what goes says goodbye, what is new begins', async () => {
  const { running: pair, write, text, get, ids } = await begun()
  const before = await ids('stays')
  await write(text([{ name: 'stays' }, { name: 'comes', connections: 2 }]))
  await pair.said('goes on with the configuration as it is now')
  await expect.poll(async () => (await ids('comes')).length).toBe(2)
  expect(await ids('stays')).toEqual(before)
  expect(await ids('goes')).toEqual([])
  const metrics = await get('metrics')
  expect(metrics).not.toMatch(/longhold_connections_opened_total\{[^}]*side="client"[^}]*cohort="goes"/)
  expect(metrics).toMatch(/^longhold_config_last_reload_successful 1$/m)
  const { cohorts } = JSON.parse(await get('api/status')) as {
    cohorts: { faults?: number; ends: { planned: boolean; count: number }[] }[]
  }
  expect(cohorts.flatMap(({ ends }) => ends.filter(({ planned, count }) => !planned && count > 0))).toEqual([])
})

test('a cohort that is set otherwise is another one by the same name', async () => {
  const { running: pair, write, text, ids } = await begun()
  const [stays, goes] = [await ids('stays'), await ids('goes')]
  await write(text([{ name: 'stays' }, { name: 'goes', keepalive: { idle: '60s', interval: '10s', count: 3 } }]))
  await pair.said('goes on with')
  await expect.poll(async () => (await ids('goes')).length).toBe(3)
  expect((await ids('goes')).filter(id => goes.includes(id))).toEqual([])
  expect(await ids('stays')).toEqual(stays)
})

test('a mistake is shown wherever people look, and what runs goes on; put right, it is gone', async () => {
  const { running: pair, write, text, get, ids, file } = await begun()
  const before = await ids('stays')
  await write(text([{ name: 'stays', conections: 3 }]))
  await pair.said('the configuration is not gone on with')
  const mistake = `${file}:1: probes[0].conections: expected a known setting (did you mean "connections"?)`
  expect(JSON.parse(await get('api/status'))).toMatchObject({
    configuration: { file, mistake: expect.stringContaining(mistake) },
  })
  expect(await get('metrics')).toMatch(/^longhold_config_last_reload_successful 0$/m)
  expect(await get('')).toContain(`What ${file} says does not run`)
  expect(await ids('stays')).toEqual(before)
  await write(text([{ name: 'stays' }]))
  await expect
    .poll(async () => await get('metrics'), { timeout: 20_000 })
    .toMatch(/^longhold_config_last_reload_successful 1$/m)
  expect(await get('')).not.toContain('does not run')
  expect(await ids('stays')).toEqual(before)
})

test('SIGHUP reads it at once, and tells what counts from the next start on', async () => {
  const { running: pair, write, text, get } = await begun()
  pair.child.kill('SIGHUP')
  await pair.said('goes on with the configuration as it is now') // though nothing changed
  await write(text([{ name: 'stays' }], { log: { level: 'warn' } }))
  pair.child.kill('SIGHUP')
  await expect
    .poll(async () => JSON.parse(await get('api/status')) as object, { timeout: 20_000 })
    .toMatchObject({ configuration: { nextStart: ['log'] } })
  expect(await get('')).toContain('changed log: that counts from the next start on')
  pair.child.kill('SIGTERM')
  expect((await pair.ended).code).toBe(0)
})
