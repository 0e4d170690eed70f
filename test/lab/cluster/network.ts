import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { container, far, hosts, type NodeName, nodes, type Place, type PodName, pods } from './places.ts'
import { runOn } from './processes.ts'

/** Makes the namespaces and cables of `places` and both nodes. The names need /run/netns to be ours (see sandbox.ts). */
export async function network(places: readonly Place[]): Promise<void> {
  const wanted = new Set<Place>(places)
  if (wanted.has('far')) wanted.add('gateway')
  await ip(undefined, [...made([...wanted])].join('\n'))
  const settings = new Map<string, string[]>(['fabric', ...Object.keys(nodes), ...wanted].map(name => [name, []]))
  const at = (name: string, ...lines: string[]) => void settings.get(name)?.push(...lines)

  for (const name of settings.keys()) at(name, 'link set lo up')
  at('fabric', 'link add br0 type bridge', 'link set br0 up')
  for (const name of onFabric([...wanted])) at('fabric', `link set ${name} master br0`, `link set ${name} up`)
  for (const [name, { address, gateway }] of Object.entries(nodes)) {
    at(name, `address add ${address}/24 dev eth0`, 'link set eth0 up', `route add default via ${hosts.ext}`)
    at(name, 'link add cni0 type bridge', `address add ${gateway}/24 dev cni0`, 'link set cni0 up')
    for (const [other, { podRange, address }] of Object.entries(nodes))
      if (other !== name) at(name, `route add ${podRange} via ${address}`)
  }
  for (const name of wanted)
    if (isPod(name)) {
      const { node, address } = pods[name]
      at(name, `address add ${address}/24 dev eth0`, 'link set eth0 up', `route add default via ${nodes[node].gateway}`)
      // hairpin: a pod's packet to its own Service comes back through the port it came from, as bridge plugins allow
      at(node, `link set ${name} master cni0`, `link set ${name} type bridge_slave hairpin on`, `link set ${name} up`)
    }
  for (const name of ['ext', 'gateway'] as const) at(name, `address add ${hosts[name]}/24 dev eth0`, 'link set eth0 up')
  at('gateway', `address add ${far.gateway}/24 dev far`, 'link set far up')
  at('far', `address add ${far.address}/24 dev eth0`, 'link set eth0 up', `route add default via ${far.gateway}`)
  if (wanted.has('gateway'))
    for (const name of Object.keys(nodes)) at(name, `route add 203.0.113.0/24 via ${hosts.gateway}`)
  at(
    'container',
    `address add ${container.address}/16 dev eth0`,
    'link set eth0 up',
    `route add default via ${container.gateway}`,
  )
  if (wanted.has('container'))
    at(
      'nodea',
      `link add ${container.bridge} type bridge`,
      `address add ${container.gateway}/16 dev ${container.bridge}`,
      `link set ${container.bridge} up`,
      `link set container master ${container.bridge}`,
      'link set container up',
    )

  await Promise.all([...settings].map(([name, lines]) => ip(name, lines.join('\n'))))
  await Promise.all([...nodeNames, ...(wanted.has('gateway') ? ['gateway'] : [])].map(forwards))
}

const nodeNames = Object.keys(nodes) as NodeName[]
const isPod = (name: string): name is PodName => name in pods
const onFabric = (places: readonly Place[]) => [
  ...nodeNames,
  ...places.filter(each => each === 'ext' || each === 'gateway'),
]

/** Namespaces, and the cables between them. A cable's far end is named after who is at its other end. */
function* made(places: readonly Place[]): Iterable<string> {
  for (const name of ['fabric', ...nodeNames, ...places]) yield `netns add ${name}`
  for (const name of onFabric(places)) yield cable(name, 'fabric')
  for (const name of places) {
    if (isPod(name)) yield cable(name, pods[name].node)
    if (name === 'far') yield cable(name, 'gateway')
    if (name === 'container') yield cable(name, 'nodea')
  }
}

const cable = (name: string, to: string) => `link add eth0 netns ${name} type veth peer name ${name} netns ${to}`

/** What every Kubernetes node does: forwards, and shows bridged packets to its rules. */
async function forwards(name: string): Promise<void> {
  const bridged = name in nodes ? ['net.bridge.bridge-nf-call-iptables=1'] : []
  await runOn(name, ['sysctl', '-qw', 'net.ipv4.ip_forward=1', ...bridged])
}

async function ip(host: string | undefined, lines: string): Promise<void> {
  const child = spawn('ip', [...(host === undefined ? [] : ['-n', host]), '-batch', '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stdin.end(`${lines}\n`)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`ip -batch${host === undefined ? '' : ` on ${host}`} failed: ${said}${lines}`)
}
