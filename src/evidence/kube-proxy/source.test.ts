import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { realClock } from '../../clock.ts'
import { machineAt } from '../machine.ts'
import type { Machine } from '../source.ts'
import type { KubeProxy } from './facts.ts'
import { kubeProxySource } from './source.ts'

const closers: (() => unknown)[] = []
afterEach(() => closers.splice(0).forEach(close => close()))

const metrics = readFileSync(new URL('fixtures/metrics-1.29.txt', import.meta.url), 'utf8')
const known = { version: 'v1.29.3', lastSyncAt: 1_711_356_924_095, startedAt: 1_711_353_244_670 }

type Page = string | number
const pages =
  (at: Readonly<Record<string, Page>>): RequestListener =>
  ({ url = '' }, response) => {
    const page = at[url] ?? 404
    response.writeHead(typeof page === 'number' ? page : 200).end(typeof page === 'number' ? 'no' : page)
  }

async function listening(listener: RequestListener, host: string): Promise<number> {
  const server: Server = createServer(listener).listen(0, host)
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

interface Stands {
  readonly metrics?: RequestListener
  readonly health?: RequestListener
  readonly host?: string
  readonly root?: string
}

/** The machine itself, with real servers in the place of kube-proxy's ports; where none stands, nobody listens. */
async function machine({ metrics, health, host = '127.0.0.1', root = '/nowhere' }: Stands = {}): Promise<Machine> {
  const over = new AbortController()
  closers.push(() => over.abort())
  const real = machineAt(root, realClock)(over.signal)
  const closed = 1 // nobody listens on tcpmux
  const port = {
    '10249': metrics ? await listening(metrics, host) : closed,
    '10256': health ? await listening(health, host) : closed,
  }
  return {
    ...real,
    get: url => real.get(url.replace(/:(10249|10256)\//, (_, at: keyof typeof port) => `:${port[at]}/`)),
  }
}

const read = async (of: Machine) => (await kubeProxySource.read(of, { flows: [], accounts: [] })) as KubeProxy

describe('its ports', () => {
  const all = pages({ '/proxyMode': 'nftables', '/metrics': metrics })
  const healthy = pages({ '/healthz': '{"lastUpdated": "2026-11-21 10:00:00","currentTime": "2026-11-21 10:00:01"}' })

  test('mode, version, times, health', async () => {
    expect(await read(await machine({ metrics: all, health: healthy }))).toEqual({
      reachable: true,
      mode: 'nftables',
      healthy: true,
      ...known,
    })
  })

  test('on a node of IPv6 alone', async () => {
    expect(await read(await machine({ metrics: all, health: healthy, host: '::1' }))).toMatchObject({
      mode: 'nftables',
      healthy: true,
    })
  })

  test.each<[string, Readonly<Record<string, Page>>, boolean | undefined]>([
    ['503 of a version without /livez', { '/healthz': 503 }, false],
    ['503 of both', { '/healthz': 503, '/livez': 503 }, false],
    ['503 because the node is about to go', { '/healthz': 503, '/livez': '{}' }, true],
    ['somebody who knows neither', {}, undefined],
    ['a server that is broken', { '/healthz': 500 }, undefined],
  ])('health: %s', async (_, at, healthy) => {
    expect((await read(await machine({ metrics: all, health: pages(at) }))).healthy).toBe(healthy)
  })

  test('one of two pages is enough to be reached', async () => {
    expect(await read(await machine({ metrics: pages({ '/metrics': metrics }) }))).toEqual({
      reachable: true,
      ...known,
    })
    expect(await read(await machine({ metrics: pages({ '/proxyMode': 'ipvs' }) }))).toEqual({
      reachable: true,
      mode: 'ipvs',
    })
  })

  test('health alone: something stands in for kube-proxy, or it keeps its metrics to itself', async () => {
    expect(await read(await machine({ health: healthy }))).toEqual({ reachable: false, healthy: true })
  })

  test.each<[string, RequestListener]>([
    ['another program', pages({ '/metrics': 'go_goroutines 5\n', '/proxyMode': '<html>' })],
    ['one that asks for a password', pages({ '/metrics': 401, '/proxyMode': 401 })],
    ['one that hangs up', (_, response) => response.destroy()],
    ['one that floods', (_, response) => response.end('x'.repeat(2_000_000))],
  ])('%s on the port is not kube-proxy', async (_, metrics) => {
    await expect(read(await machine({ metrics }))).rejects.toThrow(/^kube-proxy: /)
  })

  test('one that never answers costs what is behind other doors nothing', async () => {
    expect(await read(await machine({ metrics: () => {}, health: healthy }))).toEqual({
      reachable: false,
      healthy: true,
    })
  })

  test('nobody listens, and no process is seen: absent, with the reason', async () => {
    await expect(read(await machine())).rejects.toThrow(/ECONNREFUSED; no process of that name is to be seen$/)
  })
})

/** Processes in a container: with numbers and mounts of their own. Resolves with the first line they print. */
async function inContainer(script: string, ...words: readonly string[]) {
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', ...namespaces, 'sh', '-ec', script, 'sh', ...words],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  closers.push(() => child.kill('SIGKILL'))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { line, pid: child.pid }
}

/** Where the root of a container is, in which these processes run. */
async function container(script: string): Promise<string> {
  const { pid } = await inContainer(script)
  const [inside] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
  return `/proc/${inside}/root`
}

const seen = async (root: string) => read(await machine({ root, metrics: pages({ '/proxyMode': 'iptables' }) }))

/** A shell's wait for a process to be kube-proxy. */
const until = (pid: string) => `until grep -q kube-proxy /proc/${pid}/comm; do sleep 0.02; done`

describe('its process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longhold-kube-proxy-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const program = join(folder, 'kube-proxy')
  copyFileSync('/bin/sleep', program)
  chmodSync(folder, 0o755)

  const running = (path: string, before = '') =>
    `${before}\n(${until('1')}; echo ready) & PATH=${path} exec ${program} 1000`

  test.each([
    ['is found where it looks', '/nosuch:/usr/sbin:/bin', '', true],
    ['is nowhere in its PATH', '/bin:/nosuch', '', false],
    ['is ours, and not in its root', '/usr/sbin:/bin', 'mount -t tmpfs none /usr/sbin', false],
    ['is in its root, and not in ours', '/mnt', 'mount -t tmpfs none /mnt; touch /mnt/conntrack', true],
  ])('the conntrack program %s', async (_, path, before, conntrackBinary) => {
    const root = await container(running(path, before))
    expect(await seen(root)).toEqual({ reachable: true, mode: 'iptables', running: true, conntrackBinary })
  })

  test('it is told though no port answers', async () => {
    const root = await container(running('/usr/sbin'))
    expect(await read(await machine({ root }))).toEqual({ reachable: false, running: true, conntrackBinary: true })
  })

  test('several that do not agree: which one is ours?', async () => {
    const root = await container(`PATH=/nosuch ${program} 1000 & ${until('$!')}\n${running('/usr/sbin')}`)
    expect(await seen(root)).toEqual({ reachable: true, mode: 'iptables', running: true })
  })

  test('in a container that sees its own processes only, not finding it tells nothing', async () => {
    const root = await container('echo ready; exec sleep 1000')
    expect(await seen(root)).toEqual({ reachable: true, mode: 'iptables' })
    await expect(read(await machine({ root }))).rejects.toThrow(/ECONNREFUSED/)
  })

  test('who sees all processes may say that none runs, unless one answers under another name', async () => {
    expect(await seen('/')).not.toHaveProperty('running', false)
    const health = pages({ '/healthz': 503 })
    const facts = await read(await machine({ root: '/', health }))
    // Another test of this machine may have a kube-proxy of its own.
    expect([{ reachable: false, healthy: false, running: false }, { running: true }]).toContainEqual(
      facts.running ? { running: true } : facts,
    )
  })

  test('who sees all processes, and nobody answers: none runs, which is a fact and no absence', async () => {
    const facts = await read(await machine({ root: '/' }))
    expect([{ reachable: false, running: false }, { running: true }]).toContainEqual(
      facts.running ? { running: true } : facts,
    )
  })

  test('it runs, and its environment is not for us: no more is known', async () => {
    // As nobody, among the processes of the container.
    const reader = `
      const { kubeProxySource } = await import('${new URL('./source.ts', import.meta.url).href}')
      const { machineAt } = await import('${new URL('../machine.ts', import.meta.url).href}')
      const { realClock } = await import('${new URL('../../clock.ts', import.meta.url).href}')
      const machine = machineAt('/', realClock)(new AbortController().signal)
      process.setgroups([]); process.setgid(65534); process.setuid(65534)
      console.log(JSON.stringify(await kubeProxySource.read(machine, { flows: [], accounts: [] })))`
    const script = `PATH=/usr/sbin ${program} 1000 & ${until('$!')}; exec "$@"`
    const { line } = await inContainer(script, process.execPath, '--input-type=module', '-e', reader)
    expect(JSON.parse(line)).toEqual({ reachable: false, running: true })
  })
})
