import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Running, startOn } from './processes.ts'

/** Starts a real DNS server (NSD) on a host, for the zone cluster.local and `more` lines in it; resolves when it answers. */
export async function startDns(host: string, folder: string, port = 53, more = ''): Promise<Running> {
  const dir = join(folder, `nsd-${host}-${port}`)
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'nsd.conf'), configuration(dir, port))
  writeFileSync(join(dir, 'cluster.local.zone'), zone(host) + more)
  const nsd = startOn(host, ['nsd', '-d', '-c', join(dir, 'nsd.conf')], {
    PATH: `${process.env['PATH']}:/usr/sbin:/sbin`,
  })
  const ended = nsd.exited.then(code => {
    throw new Error(`nsd on ${host} ended with ${code}: ${nsd.printed()}`)
  })
  ended.catch(() => {}) // it also ends when the run does
  const up = (async () => {
    while (!nsd.printed().includes('nsd started')) await sleep(20)
  })()
  await Promise.race([up, ended])
  return nsd
}

/** Debian's NSD leaves questions unanswered beyond 200 a second from one /24: a loss nobody staged (rrl-ratelimit). */
const configuration = (dir: string, port: number) => `
server:
  ip-address: 0.0.0.0
  port: ${port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "${dir}"
  database: ""
  pidfile: ""
  xfrdfile: ""
  zonelistfile: "${dir}/zone.list"
  xfrdir: "${dir}"
  verbosity: 2
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: cluster.local
  zonefile: cluster.local.zone
`

/** The name whoami tells the DNS pods apart, as a TXT record; names below lies are for dns-relay.ts. */
const zone = (host: string) => `$ORIGIN cluster.local.
$TTL 5
@ IN SOA ns.dns hostmaster 1 7200 1800 86400 5
@ IN NS ns.dns
ns.dns IN A 10.96.0.10
whoami IN TXT "${host}"
kubernetes.default.svc IN A 10.96.0.1
kubernetes.default.svc IN AAAA fd00:96::1
longhold.default.svc IN A 10.96.22.22
longhold.default.svc IN AAAA fd00:96::22
*.lies IN A 10.96.0.1
`
