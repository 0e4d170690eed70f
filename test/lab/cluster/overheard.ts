import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint } from './packet.ts'
import { startOn } from './processes.ts'

/** A connection as a host's wire shows it. */
export interface Overheard {
  readonly local: Endpoint
  readonly remote: Endpoint
  /** The sequence number each would send next, as far as the other has acknowledged. */
  readonly localNext: number
  readonly remoteNext: number
}

export interface Overhearing {
  /** Those of which each end has acknowledged something since. */
  connections(): readonly Overheard[]
  stop(): Promise<unknown>
}

/** Listens to the TCP connections to `port` of a host, with tcpdump. */
export async function overhears(host: string, port: number): Promise<Overhearing> {
  // Headers only: at the usual 256 KiB for each packet there is room for a handful, and a burst is lost.
  const options = ['-i', 'eth0', '-n', '-S', '-s', '100', '-l', '--immediate-mode', '-Z', 'root']
  const argv = ['tcpdump', ...options, 'tcp', 'port', String(port)]
  const heard = hearing(port)
  const running = startOn(host, argv, {}, heard.hear) // all of it: a burst is more than what `printed` keeps
  while (!running.printed().includes('listening on')) await sleep(20)
  return { connections: heard.connections, stop: running.stop }
}

interface Half extends Pick<Overheard, 'local' | 'remote'> {
  readonly localNext?: number
  readonly remoteNext?: number
}

/** What `tcpdump -n -S` prints, read as it comes: the newest acknowledgement of each end says where the other is. */
export function hearing(port: number) {
  const found = new Map<string, Half>()
  let rest = ''

  function hearLine(line: string): void {
    const [, from, fromPort, to, toPort, acknowledged] =
      / IP ([\d.]+)\.(\d+) > ([\d.]+)\.(\d+): .* ack (\d+),/.exec(line) ?? []
    if (!from || !to || acknowledged === undefined) return
    const ends = [
      { address: from, port: Number(fromPort) },
      { address: to, port: Number(toPort) },
    ] as const
    const isOurs = ends[0].port === port
    const [local, remote] = isOurs ? ends : [ends[1], ends[0]]
    const key = `${local.address} ${remote.address}:${remote.port}`
    const next = isOurs ? { remoteNext: Number(acknowledged) } : { localNext: Number(acknowledged) }
    found.set(key, { local, remote, ...found.get(key), ...next })
  }

  return {
    hear(text: string): void {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      lines.forEach(hearLine)
    },
    connections: (): Overheard[] =>
      [...found.values()].filter(
        (each): each is Overheard => each.localNext !== undefined && each.remoteNext !== undefined,
      ),
  }
}
