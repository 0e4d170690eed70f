import { type Network, network } from './network.ts'
import type { Command, Desired, Node, Service } from './services.ts'

/** A node with three pods and a host outside, in namespaces; whoever serves says who it is and whom it sees. */
export interface Testbed extends AsyncDisposable {
  readonly net: Network
  run(commands: readonly Command[]): Promise<void>
  /** Asks `to` one question after the other, from ports the kernel picks or from `port`. With UDP it may pick one that conntrack still knows. */
  ask(
    from: Host,
    protocol: 'tcp' | 'udp',
    to: string,
    options?: { times?: number; port?: number },
  ): Promise<readonly Answer[]>
}

export type Host = keyof typeof hosts | 'node'

/** `who` answered, and saw the question come from the address `seen`; or how asking failed. */
export type Answer = { readonly who: Host; readonly seen: string } | { readonly failed: string }

export const hosts = { client: '10.244.1.10', srv1: '10.244.1.11', srv2: '10.244.1.12', ext: '192.168.77.9' } as const
export const node: Node = {
  address: '192.168.77.1',
  podRange: '10.244.0.0/16',
  nodePodRange: '10.244.1.0/24',
  bridge: 'cni0',
}

export async function testbed(): Promise<Testbed> {
  const net = await network(
    Object.entries(hosts).map(([name, address]) => ({
      name,
      address,
      gateway: name === 'ext' ? node.address : '10.244.1.1',
    })),
  )
  await net.on('node', 'ip', 'route', 'add', 'default', 'dev', 'ext') // or the node itself says "unreachable" to what has no rule
  const servers = (['srv1', 'srv2', 'ext'] as const).map(name => net.start(name, process.execPath, '-e', server, name))
  while (!servers.every(each => each.printed().includes('ready'))) await new Promise(resolve => setTimeout(resolve, 20))
  return {
    net,
    async run(commands) {
      for (const { argv, stdin = '', allow = [] } of commands) {
        await net.on('node', 'sh', '-c', 'printf %s "$0" | "$@"', stdin, ...argv).catch((error: { code?: number }) => {
          if (!allow.includes(error.code ?? 0)) throw error
        })
      }
    },
    ask: async (from, protocol, to, { times = 1, port = 0 } = {}) =>
      JSON.parse(
        await net.on(from, process.execPath, '-e', asker, protocol, to, String(times), String(port)),
      ) as Answer[],
    [Symbol.asyncDispose]: () => net[Symbol.asyncDispose](),
  }
}

/** The node's rules as the tool of this mode prints them, without what changes by itself. */
export async function rulesOf({ net }: Testbed, mode: 'iptables' | 'nftables'): Promise<string> {
  const [command = '', ...args] = mode === 'iptables' ? ['iptables-save'] : ['nft', 'list', 'ruleset']
  return (await net.on('node', command, ...args)).replaceAll(/^#.*\n/gm, '').replaceAll(/\[\d+:\d+\]/g, '')
}

/** A Service `web` on 10.96.22.22 (TCP and UDP 7000, node port 30700) with these endpoints, and no more. */
export function desire(endpoints: readonly ('srv1' | 'srv2')[], change: Partial<Desired> = {}): Desired {
  const ports = (['tcp', 'udp'] as const).map(protocol => ({
    name: protocol,
    protocol,
    port: 7000,
    targetPort: 7070,
    nodePort: 30_700,
  }))
  const service: Service = {
    name: 'web',
    address: '10.96.22.22',
    ports,
    endpoints: endpoints.map(name => ({ address: hosts[name] })),
  }
  return { services: [service], dropInvalid: false, masqueradeMarked: true, ...change }
}

/** Everybody who answered, and every way not to. */
export const whoOf = (answers: readonly Answer[]) =>
  [...new Set(answers.map(each => ('who' in each ? each.who : each.failed)))].toSorted()
export const seenOf = (answers: readonly Answer[]) => [
  ...new Set(answers.map(each => ('seen' in each ? each.seen : each.failed))),
]

/** Port 7070 answers, port 7071 holds on. */
const server = `
const who = process.argv[1]
const answer = seen => JSON.stringify({ who, seen })
require('node:net').createServer(s => s.on('error', () => {}).end(answer(s.remoteAddress.replace('::ffff:', '')))).listen(7070, () => {
  require('node:net').createServer(s => s.on('error', () => {}).resume()).listen(7071)
  const udp = require('node:dgram').createSocket('udp4')
  udp.on('message', (_, { address, port }) => udp.send(answer(address), port, address)).bind(7070, () => console.log('ready'))
})`

const asker = `
const [protocol, to, times, from] = process.argv.slice(1)
const [host, port] = to.split(':')
const tcp = () => new Promise(done => {
  const socket = require('node:net').connect({ host, port: Number(port) })
  socket.setTimeout(400, () => { socket.destroy(); done({ failed: 'timeout' }) })
  socket.on('data', data => done(JSON.parse(data))).on('error', error => done({ failed: error.code }))
})
const udp = () => new Promise(done => {
  const socket = require('node:dgram').createSocket('udp4')
  const ends = answer => { clearTimeout(timer); socket.close(); done(answer) }
  const timer = setTimeout(() => ends({ failed: 'timeout' }), 400)
  socket.on('message', data => ends(JSON.parse(data))).on('error', error => ends({ failed: error.code }))
  socket.bind(Number(from), () => socket.connect(Number(port), host, () => socket.send('?')))
})
const asks = async () => {
  const answers = []
  for (let i = 0; i < Number(times); i++) answers.push(await (protocol === 'tcp' ? tcp : udp)())
  console.log(JSON.stringify(answers))
}
asks()`
