import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cni } from '../lab/cluster/cni.ts'
import { startAgent } from '../lab/cluster/agent.ts'
import { startDns } from '../lab/cluster/dns.ts'
import { get } from '../lab/cluster/inside.ts'
import { kubeProxy } from '../lab/cluster/kube-proxy.ts'
import { network } from '../lab/cluster/network.ts'
import { addressOf, dnsService, longholdService, nodes, nodeOf, type PodName } from '../lab/cluster/places.ts'
import { runOn, type Running, startOn } from '../lab/cluster/processes.ts'
import { settle } from '../lab/sandbox.ts'
import { type Rendered, rendered } from '../rendered.ts'
import { enforced, type Pod } from './enforced.ts'

// In a sandbox of the lab: what `k8s/base` with the part `evidence` renders to runs in two nodes' pods, its network policies in
// force on both; prints as one line of JSON what became of it. The argument names an empty folder.

/** What is told at the end. */
export interface Told {
  /** `POD in|out POLICY PORT/PROTOCOL` or `POD in|out denied`, and the packets that began a flow there. */
  readonly counters: Readonly<Record<string, number>>
  /** `/api/status` of the client. */
  readonly status: Status
  /** The page of one connection to each server: what both sides say of it. */
  readonly bothSides: Readonly<Record<string, string>>
  /** By `WHO WHERE`, whether there was an answer; strangers and scrapers, tried after the counters were read. */
  readonly reached: Readonly<Record<string, boolean>>
  /** What strangers were denied. */
  readonly deniedThen: Readonly<Record<string, number>>
}

interface Status {
  readonly verdicts: readonly unknown[]
  readonly cohorts: readonly { readonly cohort: string; readonly open: number; readonly ends: readonly unknown[] }[]
  readonly probes: readonly { readonly probe: string; readonly fates: Readonly<Record<string, number>> }[]
}

const folder = process.argv[2] ?? ''
const objects = rendered('evidence')
const longhold = 'longhold'
const servers = ['srv0', 'srv1', 'srv2'] as const
const roles: Readonly<Partial<Record<PodName, { readonly namespace: string; readonly labels: Pod['labels'] }>>> = {
  client: { namespace: longhold, labels: labelsOf('Deployment', 'longhold-client') },
  ...Object.fromEntries(
    servers.map(name => [name, { namespace: longhold, labels: labelsOf('Deployment', 'longhold-server') }]),
  ),
  dns1: { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  srv3: { namespace: 'monitoring', labels: { app: 'prometheus' } },
  client2: { namespace: 'default', labels: { app: 'stranger' } },
}
const names = Object.keys(roles) as PodName[] // the keys of `roles`
const pods = names.map((name): Pod => ({ name, ip: addressOf(name), namespace: '', labels: {}, ...roles[name] }))
const apiService = '10.96.0.1'
const apiRule = 'client out longhold-client-evidence 6443/TCP'

await settle()
await network([...names, 'ext'])
await cni('nftables', false)
await kubeProxy('nftables', {
  services: [
    {
      name: `${longhold}/longhold-server`,
      address: longholdService,
      ports: [
        { name: 'hold', protocol: 'tcp', port: 7000, targetPort: 7000 },
        { name: 'echo', protocol: 'udp', port: 7000, targetPort: 7000 },
        { name: 'http-hold', protocol: 'tcp', port: 7001, targetPort: 7001 },
      ],
      endpoints: servers.map(name => ({ address: addressOf(name) })),
    },
    {
      name: 'kube-system/kube-dns',
      address: dnsService,
      ports: [
        { name: 'dns', protocol: 'udp', port: 53, targetPort: 53 },
        { name: 'dns-tcp', protocol: 'tcp', port: 53, targetPort: 53 },
      ],
      endpoints: [{ address: addressOf('dns1') }],
    },
    {
      name: 'default/kubernetes',
      address: apiService,
      ports: [{ name: 'https', protocol: 'tcp', port: 443, targetPort: 6443 }],
      endpoints: [{ address: nodes.nodeb.address }],
    },
  ],
  dropInvalid: false,
  masqueradeMarked: true,
})
for (const node of ['nodea', 'nodeb'] as const) {
  const here = pods.filter(({ name }) => nodeOf(name as PodName) === node)
  await runOn(node, ['nft', '-f', '-'], { stdin: enforced(objects, pods, here) })
}

// As the kubelet gives it to a pod: /run is ours here.
mkdirSync('/run/secrets/kubernetes.io', { recursive: true })
symlinkSync(join(folder, 'serviceaccount'), '/run/secrets/kubernetes.io/serviceaccount')
const resolvConf = join(folder, 'resolv.conf')
writeFileSync(
  resolvConf,
  `search ${longhold}.svc.cluster.local svc.cluster.local cluster.local\nnameserver ${dnsService}\noptions ndots:5\n`,
)
await runOn('nodea', ['mount', '--bind', resolvConf, '/etc/resolv.conf'])
const manyAddresses = Array.from({ length: 120 }, (_, i) => `kubernetes.default.svc IN A 10.97.0.${i + 1}\n`).join('') // more than a datagram holds
await startDns(
  'dns1',
  folder,
  53,
  `longhold-server.${longhold}.svc IN A ${longholdService}
${servers.map(name => `longhold-server-pods.${longhold}.svc IN A ${addressOf(name)}\n`).join('')}${manyAddresses}`,
)
const serve = fileURLToPath(new URL('../kubernetes-api/serve.ts', import.meta.url))
const api = ['--host', nodes.nodeb.address, '--port', '6443', '--name', apiService, '--to', folder]
const launcher = fileURLToPath(new URL('../../bin/longhold.js', import.meta.url))
// `sleep` holds its input open: it ends with that.
startOn('nodeb', ['sh', '-c', `sleep 1000 | exec "$@"`, 'sh', process.execPath, serve, ...api])
await startAgent('nodea', '2s')
for (const name of servers) {
  const server = startPod(name, 'server')
  await until(`the server in ${name} is ready`, server, () => isReady(name))
}
const client = startPod('client', 'client')
await until('the client is ready', client, () => isReady('client'))
await until('all was asked at least once', client, async () =>
  (await status()).probes.every(({ fates }) => (fates['ok'] ?? 0) > 0),
)
const bothSides: Record<string, string> = {}
for (const name of servers) {
  const { text } = await get('client', `/api/connections?limit=1&filter=${name}`)
  const { connections } = JSON.parse(text) as { connections: { id: string }[] }
  bothSides[name] = (await get('client', `/connection?id=${connections[0]?.id}`)).text
}
await until('the Kubernetes API was asked', client, async () => ((await counters())[apiRule] ?? 0) > 0)
const seen = await status()
const before = await counters()
const reached: Record<string, boolean> = {}
for (const [who, where, port] of [
  ['srv3', 'client', 8080],
  ['srv3', 'srv1', 8080],
  ['srv3', 'srv1', 7000],
  ['client2', 'client', 8080],
  ['client2', 'srv1', 7000],
  ['client2', 'srv1', 8080],
  ['srv1', 'client', 8080],
  ['srv1', 'client2', 8080],
] as const)
  reached[`${who} ${where}:${port}`] = await connects(who, addressOf(where), port)
const told: Told = { counters: before, status: seen, bothSides, reached, deniedThen: await counters() }
process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0))

function startPod(name: PodName, half: 'client' | 'server'): Running {
  const config = join(folder, `${half}.yaml`)
  writeFileSync(config, configOf(half))
  return startOn(name, [process.execPath, launcher, half, '--config', config], {
    LONGHOLD_POD: name,
    LONGHOLD_NODE: nodeOf(name) ?? '',
    LONGHOLD_IP: addressOf(name),
    KUBERNETES_SERVICE_HOST: apiService,
    KUBERNETES_SERVICE_PORT: '443',
    ...(half === 'client' && { LONGHOLD_AGENT: nodes.nodea.address }),
  })
}

/** The ConfigMap as it is; only the first connects come closer together. */
function configOf(half: 'client' | 'server'): string {
  const maps = objects.filter(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith(`longhold-${half}`),
  )
  const [text = ''] = Object.values(maps[0]?.data ?? {})
  return text.replaceAll('spread: 1m', 'spread: 2s')
}

function labelsOf(kind: string, name: string): Pod['labels'] {
  const found = objects.find((each: Rendered) => each.kind === kind && each.metadata.name === name)
  const spec = found?.spec as { template: { metadata: { labels: Pod['labels'] } } } | undefined
  return spec?.template.metadata.labels ?? {}
}

async function status(): Promise<Status> {
  return JSON.parse((await get('client', '/api/status')).text) as Status
}

async function isReady(name: PodName): Promise<boolean> {
  return get(name, '/readyz').then(
    ({ status }) => status === 200,
    () => false,
  )
}

async function until(what: string, running: Running, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds()) return
    await sleep(100)
  }
  throw new Error(`not within a minute: ${what}\n${running.printed()}\n${JSON.stringify(await counters())}`)
}

async function counters(): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const node of ['nodea', 'nodeb']) {
    const { stdout } = await runOn(node, ['nft', 'list', 'table', 'ip', 'policies'])
    for (const [, packets, comment = ''] of stdout.matchAll(/counter packets (\d+) bytes \d+ .*comment "(.*)"/g))
      found[comment] = Number(packets)
  }
  return found
}

async function connects(who: PodName, address: string, port: number): Promise<boolean> {
  const script = `const s = require('net').connect(${port}, '${address}', () => process.exit(0)); s.on('error', () => process.exit(1)); setTimeout(() => process.exit(1), 1500)`
  return (await runOn(who, [process.execPath, '-e', script], { allow: [1] })).code === 0
}
