import { expect, test } from 'vitest'
import type { Finding } from '../../src/tuning/finding.ts'
import { freePort } from '../free-port.ts'

import { postgresServer } from '../tuning/postgres.ts'
import { connected, directory, program } from '../tuning/program.ts'
import { searched } from './searched.ts'

/** Its own idle timeout: it ends whoever is silent, in order, and keepalives do not count. */
function expectOwn([finding]: readonly Finding[], seconds: number, late: number): void {
  expect(finding).toMatchObject({
    state: 'found',
    ends: 'at the moment of expiry',
    how: { closed: expect.any(Number) },
  })
  expect(finding?.says).toContain("the peer's own idle timeout")
  expect(finding?.keepaliveRefreshes).toBe(false)
  expect(finding?.timeout?.lowSeconds).toBeGreaterThan(seconds - late)
  expect(finding?.timeout?.highSeconds).toBeGreaterThan(seconds - 0.1)
  expect(finding?.timeout?.highSeconds).toBeLessThan(seconds + late)
}

test('nginx: keepalive_timeout', async () => {
  const port = await freePort()
  using dir = directory()
  using etc = directory({
    'nginx.conf': `daemon off; master_process off; pid ${dir.file('pid')}; error_log stderr; events { worker_connections 2000; }
http { access_log off; keepalive_timeout 4s; keepalive_requests 10;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(each => `${each}_temp_path ${dir.file(each)};`).join(' ')}
server { listen 127.0.0.1:${port}; location / { return 200 "here\\n"; } } }`,
  })
  await using nginx = program('nginx', ['-p', dir.path, '-e', 'stderr', '-c', etc.file('nginx.conf')])
  ;(await connected(port, nginx.said)).destroy()
  expectOwn(await searched(`http://127.0.0.1:${port}/`), 4, 1.5)
})

test('Redis: timeout', async () => {
  const port = await freePort()
  using dir = directory()
  await using redis = program('redis-server', [
    '--port',
    String(port),
    '--dir',
    dir.path,
    '--save',
    '',
    '--timeout',
    '4',
    '--maxclients',
    '2000',
  ])
  ;(await connected(port, redis.said)).destroy()
  // It looks after whole seconds, and not at all clients at once.
  expectOwn(await searched(`redis://127.0.0.1:${port}`), 4, 2.5)
})

test('HAProxy: timeout client, in front of a service that answers a line', async () => {
  const [port, behind] = [await freePort(), await freePort()]
  using dir = directory({
    'haproxy.cfg': `global
  maxconn 2000
defaults
  mode tcp
  timeout connect 2s
  timeout client 4s
  timeout server 60s
listen line
  bind 127.0.0.1:${port}
  server one 127.0.0.1:${behind}\n`,
  })
  await using redis = program('redis-server', [
    '--port',
    String(behind),
    '--dir',
    dir.path,
    '--save',
    '',
    '--maxclients',
    '2000',
  ])
  ;(await connected(behind, redis.said)).destroy()
  await using haproxy = program('haproxy', ['-f', dir.file('haproxy.cfg')])
  ;(await connected(port, haproxy.said)).destroy()
  expectOwn(await searched(`tcp://127.0.0.1:${port}`, { say: 'PING' }), 4, 1.5)
})

test('PostgreSQL: idle_session_timeout, in its own words, within the connections it has', async () => {
  await using postgres = await postgresServer('idle_session_timeout = 4s\n')
  const findings = await searched(`postgres://postgres@127.0.0.1:${postgres.port}/postgres`)
  expectOwn(findings, 4, 1.5)
  expect(findings[0]?.peerSaid).toContain('57P05')
})
