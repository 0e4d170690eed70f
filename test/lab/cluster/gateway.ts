import { setTimeout as sleep } from 'node:timers/promises'
import { sendPacket } from './inside.ts'
import { overhears } from './overheard.ts'
import { type Endpoint, packet } from './packet.ts'
import { runOn } from './processes.ts'

/**
 * What a middlebox does about a TCP connection it has forgotten: `drops` its packets (GCP's firewall, security groups),
 * `resets` whoever sends the next one (AWS NLB and NAT gateway), or `tells` both ends by RST the moment it forgets
 * (Azure's "TCP reset on idle").
 */
export type Forgetting = 'drops' | 'resets' | 'tells'

/** Makes `gateway` translate what goes to `far`, and forget in that manner, for as long as this process runs. */
export async function gateway(forgetting: Forgetting): Promise<void> {
  const unknown = `meta l4proto tcp ct state invalid ${forgetting === 'resets' ? 'reject with tcp reset' : 'drop'};`
  const rules = `table ip gateway {
    chain passing { type filter hook forward priority filter; ${unknown} }
    chain receiving { type filter hook input priority filter; ${unknown} } # far's word, no longer translated back
    chain leaving { type nat hook postrouting priority srcnat; oifname "far" masquerade; }
  }`
  await runOn('gateway', ['nft', '-f', '-'], { stdin: rules })
  // a packet of a connection it does not know is INVALID, not the beginning of one
  await runOn('gateway', ['sysctl', '-qw', 'net.netfilter.nf_conntrack_tcp_loose=0'])
  if (forgetting === 'tells') await tellsBothEnds(7000)
}

/** The kernel forgets without a word, so this looks every 100 ms which entries are gone, and sends both ends RST. */
async function tellsBothEnds(port: number): Promise<void> {
  const heard = await overhears('gateway', port)
  const sequences = new Map<string, Numbers>()
  let known = new Map<string, Entry>()
  const look = async () => {
    for (const { remote, localNext, remoteNext } of heard.connections())
      sequences.set(name(remote), { serverNext: localNext, clientNext: remoteNext })
    // listing collects what has expired
    const { stdout } = await runOn('gateway', ['conntrack', '-L', '-p', 'tcp'])
    const entries = entriesIn(stdout)
    const gone = [...known].filter(([client, { established }]) => established && !entries.has(client))
    for (const [client, entry] of gone) resets(entry, sequences.get(client))
    known = entries
  }
  const watch = async () => {
    for (;;) {
      await look()
      await sleep(100)
    }
  }
  void watch() // what it rejects with ends the run, as it should
}

/** The sequence number that each end expects from the other. */
interface Numbers {
  readonly serverNext: number
  readonly clientNext: number
}

/** A connection as conntrack has it: between client and server, and, translated, between server and gateway. */
export interface Entry {
  readonly established: boolean
  readonly client: Endpoint
  readonly server: Endpoint
  readonly translated: Endpoint
}

const name = ({ address, port }: Endpoint) => `${address}:${port}`

function resets({ client, server, translated }: Entry, numbers: Numbers | undefined): void {
  if (!numbers) return // it was too busy to overhear it; who counts on the reset will miss it
  // the very number that is expected: for any other a kernel only asks back (RFC 5961)
  sendPacket('gateway', packet({ from: server, to: client, flags: ['rst'], sequence: numbers.serverNext }))
  sendPacket('gateway', packet({ from: translated, to: server, flags: ['rst'], sequence: numbers.clientNext }))
}

/** What `conntrack -L -p tcp` printed, by client. */
export function entriesIn(text: string): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const line of text.split('\n')) {
    const words = [...line.matchAll(/\b(src|dst|sport|dport)=(\S+)/g)].map(([, , value]) => value ?? '')
    if (words.length !== 8) continue
    const end = (address: number, port: number) => ({ address: words[address] ?? '', port: Number(words[port]) })
    const entry = {
      established: line.includes(' ESTABLISHED '),
      client: end(0, 2),
      server: end(1, 3),
      translated: end(5, 7),
    }
    entries.set(name(entry.client), entry)
  }
  return entries
}
