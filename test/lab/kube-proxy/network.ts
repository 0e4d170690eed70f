import { execFile, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Hosts of a small cluster, each a network namespace of its own; nothing in it can reach the machine's own network. */
export interface Network extends AsyncDisposable {
  /** Runs a command on a host to its end. Rejects with what it printed when it fails. */
  on(host: string, command: string, ...args: string[]): Promise<string>
  /** Starts a command on a host and leaves it running; it is ended with the network. */
  start(host: string, command: string, ...args: string[]): Running
  /** Gets JSON over HTTP from within a host. */
  get(host: string, url: string): Promise<unknown>
}

export interface Running {
  /** Ends it with SIGTERM and resolves to its exit code. */
  stop(): Promise<number | null>
  /** What it printed so far, both streams. */
  printed(): string
}

/** A namespace's end of a cable to the node: its address, and the node's address on that cable. */
export interface Host {
  readonly name: string
  readonly address: string
  readonly gateway: string
}

/**
 * Makes `hosts`, each on a cable of its own to a host named `node` that forwards between them. Addresses are /32 with
 * a route to the gateway, so that every packet between two hosts crosses the node, as it does between two nodes' pods.
 */
export async function network(hosts: readonly Host[]): Promise<Network> {
  await refuseWithout()
  await clearLeftovers()
  const prefix = `lh${process.pid}-`
  const children: Running[] = []
  const on = async (host: string, command: string, ...args: string[]) => {
    const { stdout } = await run('ip', ['netns', 'exec', prefix + host, command, ...args], { maxBuffer: 64 << 20 })
    return stdout
  }
  async function dispose(): Promise<void> {
    await Promise.all(children.map(child => child.stop()))
    for (const { name } of [{ name: 'node' }, ...hosts]) await ip('netns', 'del', prefix + name).catch(() => {})
  }
  try {
    await ip('netns', 'add', `${prefix}node`)
    await on('node', 'ip', 'link', 'set', 'lo', 'up')
    await on('node', 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    for (const { name, address, gateway } of hosts) {
      await ip('netns', 'add', prefix + name)
      const cable = ['link', 'add', 'eth0', 'netns', prefix + name, 'type', 'veth', 'peer', 'name', name]
      await ip(...cable, 'netns', `${prefix}node`)
      for (const [device, up] of [['lo'], ['eth0']].map(([each = '']) => [each, 'up'] as const))
        await on(name, 'ip', 'link', 'set', device, up)
      await on(name, 'ip', 'address', 'add', `${address}/32`, 'dev', 'eth0')
      await on(name, 'ip', 'route', 'add', gateway, 'dev', 'eth0')
      await on(name, 'ip', 'route', 'add', 'default', 'via', gateway)
      await on('node', 'ip', 'link', 'set', name, 'up')
      await on('node', 'ip', 'address', 'add', `${gateway}/32`, 'dev', name)
      await on('node', 'ip', 'route', 'add', address, 'dev', name)
    }
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    on,
    start(host, command, ...args) {
      const child = keep(spawn('ip', ['netns', 'exec', prefix + host, command, ...args]))
      children.push(child)
      return child
    },
    get: async (host, url) => JSON.parse(await on(host, process.execPath, '-e', getter, url)) as unknown,
    [Symbol.asyncDispose]: dispose,
  }
}

const ip = async (...args: string[]) => void (await run('ip', args))
const getter = 'fetch(process.argv[1]).then(r => r.text()).then(t => process.stdout.write(t))'

function keep(child: ReturnType<typeof spawn>): Running {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  const exit = new Promise<number | null>(resolve => child.once('exit', resolve))
  return {
    printed: () => text,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
      return exit.finally(() => clearTimeout(timer))
    },
  }
}

/** Says what is missing: these tests never skip in silence. */
async function refuseWithout(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('network namespaces need root: run the tests as root')
  for (const tool of ['ip', 'iptables', 'conntrack', 'sysctl'])
    await run('which', [tool]).catch(() => {
      throw new Error(`"${tool}" is missing: run "npm run test:packages" first`)
    })
}

/** Namespaces of test runs that were killed. */
async function clearLeftovers(): Promise<void> {
  for (const name of readNames()) {
    const pid = Number(/^lh(\d+)-/.exec(name)?.[1])
    if (pid && !isAlive(pid)) await run('ip', ['netns', 'del', name]).catch(() => {})
  }
}

function readNames(): string[] {
  try {
    return readdirSync('/run/netns')
  } catch {
    return [] // no namespace was ever made here
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
