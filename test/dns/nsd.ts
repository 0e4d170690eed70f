import { freePort } from '../free-port.ts'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A real NSD on loopback, with files of its own, gone when disposed. */
export interface Nsd extends AsyncDisposable {
  /** `127.0.0.1:port`, UDP and TCP. */
  readonly at: string
}

/**
 * Starts NSD: `example.test` with `web` (A and AAAA), `big` (300 addresses, more than fits into a datagram) and any name
 * under `bench`; and `broken.test`, whose zone file is missing, so that it answers SERVFAIL. Rejects with a sentence when NSD is not installed.
 */
export async function startNsd(): Promise<Nsd> {
  const dir = await mkdtemp(join(tmpdir(), 'longhold-nsd-'))
  const port = await freePort()
  await writeFile(join(dir, 'nsd.conf'), configuration(dir, port))
  await writeFile(join(dir, 'example.test.zone'), zone)
  const nsd = spawn('nsd', ['-d', '-c', join(dir, 'nsd.conf')], {
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = async () => {
    if (nsd.exitCode === null && nsd.pid !== undefined) {
      nsd.kill('SIGTERM')
      await once(nsd, 'exit')
    }
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await started(nsd)
  } catch (error) {
    await stop()
    throw error
  }
  return { at: `127.0.0.1:${port}`, [Symbol.asyncDispose]: stop }
}

async function started(nsd: ChildProcess): Promise<void> {
  let said = ''
  for (const stream of [nsd.stdout, nsd.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const failed = new Promise<never>((_, reject) => {
    nsd.on('error', () =>
      reject(new Error('these tests need a real DNS server: install Debian\'s package "nsd" (sh test/packages.sh).')),
    )
    nsd.on('exit', code => reject(new Error(`nsd ended with ${code}: ${said}`)))
  })
  failed.catch(() => {}) // it also ends when we stop it
  const up = (async () => {
    while (!said.includes('nsd started')) await sleep(20)
  })()
  await Promise.race([up, failed])
}

const configuration = (dir: string, port: number) => `
server:
  ip-address: 127.0.0.1
  port: ${port}
  server-count: 1
  rrl-ratelimit: 0
  username: ""
  chroot: ""
  zonesdir: "${dir}"
  database: ""
  pidfile: ""
  xfrdfile: ""
  zonelistfile: "${dir}/zone.list"
  xfrdir: "${dir}"
  verbosity: 2
remote-control:
  control-enable: no
zone:
  name: example.test
  zonefile: example.test.zone
zone:
  name: broken.test
  zonefile: broken.test.zone
`

const zone = `$ORIGIN example.test.
$TTL 60
@ IN SOA ns hostmaster 1 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
web IN A 192.0.2.1
web IN AAAA 2001:db8::1
*.bench IN A 192.0.2.1
${Array.from({ length: 300 }, (_, index) => `big IN A 10.0.${index >> 8}.${index & 255}`).join('\n')}
`
