import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { freePort } from '../free-port.ts'
import { begin, longhold, smallPair, written } from './longhold.ts'

const basic = (password: string) => `Basic ${Buffer.from(`sre:${password}`).toString('base64')}`

/** A pair whose web wants a token. */
async function guarded() {
  const web = await freePort()
  const secret = await written('first-token\n')
  const { file } = await smallPair({ web: { listen: `127.0.0.1:${web}`, tokenFile: secret } })
  const pair = begin(['pair', '--config', file])
  await pair.said('longhold pair runs')
  const ask = async (path: string, authorization?: string) =>
    await fetch(`http://127.0.0.1:${web}${path}`, authorization === undefined ? {} : { headers: { authorization } })
  return { pair, secret, ask }
}

test('with a token all but the health is told to who bears it, as a scraper does or as a browser does', async () => {
  const { pair, ask } = await guarded()
  for (const path of ['/', '/metrics', '/api/status', '/api/ledger', '/api/events', '/page.js', '/nothing']) {
    const refused = await ask(path)
    expect([path, refused.status]).toEqual([path, 401])
    expect(refused.headers.get('www-authenticate')).toContain('Basic realm="longhold"')
    expect(await refused.text()).not.toMatch(/small|routes/)
  }
  for (const path of ['/healthz', '/readyz']) expect((await ask(path)).status).toBeLessThan(599)
  for (const way of ['Bearer wrong', basic('wrong'), 'Basic !!!', 'Bearer', basic(''), 'Digest first-token'])
    expect([way, (await ask('/metrics', way)).status]).toEqual([way, 401])
  for (const way of ['Bearer first-token', basic('first-token')]) {
    expect((await ask('/metrics', way)).status).toBe(200)
    expect((await ask('/', way)).status).toBe(200)
  }
  pair.child.kill('SIGTERM')
  expect((await pair.ended).code).toBe(0)
})

test('a token that rotates is the one that counts from then on', async () => {
  const { pair, secret, ask } = await guarded()
  await writeFile(`${secret}.new`, 'second-token\n')
  await rename(`${secret}.new`, secret)
  await expect
    .poll(async () => (await ask('/metrics', 'Bearer second-token')).status, { timeout: 20_000, interval: 250 })
    .toBe(200)
  expect((await ask('/metrics', 'Bearer first-token')).status).toBe(401)
  pair.child.kill('SIGTERM')
  await once(pair.child, 'close')
})

test('of several lines each is a token that counts', async () => {
  const { pair, secret, ask } = await guarded()
  await writeFile(`${secret}.new`, 'second-token\nfirst-token\n')
  await rename(`${secret}.new`, secret)
  await expect
    .poll(async () => (await ask('/metrics', 'Bearer second-token')).status, { timeout: 20_000, interval: 250 })
    .toBe(200)
  expect((await ask('/metrics', 'Bearer first-token')).status).toBe(200)
  expect((await ask('/metrics', 'Bearer second-token first-token')).status).toBe(401)
  pair.child.kill('SIGTERM')
  await once(pair.child, 'close')
})

test('a file without a token is a mistake that is named at the start, and nothing is left listening', async () => {
  const { file } = await smallPair({ web: { listen: '127.0.0.1:0', tokenFile: '/nowhere/token' } })
  const { code, err } = await longhold(['pair', '--config', file, '--for', '2s'])
  expect(code).toBe(2)
  expect(err).toContain('web.tokenFile: cannot read /nowhere/token')
})
