import { formatAddress } from '../../settings/address.ts'
import type { Tuple } from '../tuple.ts'
import type { Connection, Ipvs, VirtualService } from './facts.ts'
import { addressAs, addressIn, countIn, portAs, portIn } from './number.ts'

/** A service as far as it was read; `undefined` from the first thing in it on that could not be. */
type Open = { service: VirtualService | undefined }

/**
 * `/proc/net/ip_vs`: TCP and UDP services. Of marks (FWM) and SCTP neither the service nor its destinations are told, nor is
 * a service with a destination nobody can read: it would look like one that lost it. `undefined` when it is not that file.
 */
export function parseServices(text: string): VirtualService[] | undefined {
  const lines = text.split('\n')
  if (!lines[0]?.startsWith('IP Virtual Server version ')) return undefined
  const isCut = lines.pop() !== ''
  const opens: Open[] = []
  for (const line of lines.slice(3)) {
    if (!line.startsWith('  -> ')) opens.push({ service: opened(line) })
    else addTo(opens.at(-1), line)
  }
  if (isCut) opens.pop()
  return opens.flatMap(({ service }) => (service ? [service] : []))
}

function opened(line: string): VirtualService | undefined {
  const [name = '', place = '', scheduler = '', ...flags] = line.trim().split(/\s+/)
  const [address, port] = placeIn(place)
  if ((name !== 'TCP' && name !== 'UDP') || address === undefined || port === undefined) return undefined
  // Between the flags are numbers: the timeout of `persistent` in ticks of a clock nobody names, and a mask.
  const words = flags.filter(word => /^[a-z]{1,20}$/.test(word)).slice(0, 4)
  if (!/^[\w-]{1,16}$/.test(scheduler)) return undefined
  return { proto: name === 'TCP' ? 'tcp' : 'udp', address, port, scheduler, flags: words, destinations: [] }
}

function addTo(open: Open | undefined, line: string): void {
  const [, place = '', forward = '', ...counts] = line.trim().split(/\s+/)
  const [address, port] = placeIn(place)
  const [weight, active, inactive] = counts.map(countIn)
  const isWhole =
    /^[A-Za-z]{1,16}$/.test(forward) &&
    address !== undefined &&
    port !== undefined &&
    weight !== undefined &&
    active !== undefined
  if (isWhole && inactive !== undefined)
    open?.service?.destinations.push({ address, port, forward, weight, active, inactive })
  else if (open) open.service = undefined
}

/** `0A60000A:0035` or `[fd00:...:000a]:0035`. */
function placeIn(text: string): [address: string | undefined, port: number | undefined] {
  const at = text.lastIndexOf(':')
  return [addressIn(text.slice(0, at)), portIn(text.slice(at + 1))]
}

/** How a flow's line in `/proc/net/ip_vs_conn` begins. */
export const headOf = (proto: 'tcp' | 'udp', { src, dst, sport, dport }: Tuple): string =>
  `${proto.toUpperCase()} ${addressAs(src)} ${portAs(sport)} ${addressAs(dst)} ${portAs(dport)} `

/** `/proc/net/ip_vs_conn`: the rest of the lines that begin with one of `heads`. `undefined` when it is not that file. */
export function findLines(text: string, heads: readonly string[]): ReadonlyMap<string, string> | undefined {
  if (!text.startsWith('Pro FromIP ')) return undefined
  const found = new Map<string, string>()
  const wanted = new Set(heads)
  const lengths = [...new Set(heads.map(({ length }) => length))]
  // The table may be long and the flows are few: of a line only its head is looked at, once.
  for (let start = 0, end = text.indexOf('\n'); end >= 0; start = end + 1, end = text.indexOf('\n', start))
    for (const length of lengths) {
      const head = text.slice(start, start + length)
      if (wanted.has(head)) found.set(head, text.slice(start + length, end))
    }
  return found
}

/** Backend, state, and seconds left: what follows the head of a line. `undefined` when it is none of that. */
export function parseConnection(rest: string): Omit<Connection, 'flow'> | undefined {
  const [host, port, state = '', expires] = rest.trim().split(/\s+/)
  const [address, number, expiresS] = [addressIn(host), portIn(port), countIn(expires)]
  if (address === undefined || number === undefined || !/^[A-Z][A-Z_0-9]{1,20}$/.test(state)) return undefined
  return {
    destination: formatAddress({ host: address, port: number }),
    state,
    ...(expiresS !== undefined && { expiresS }),
  }
}

export function parseTimeouts(text: string): Ipvs['timeouts'] {
  const [, tcp, tcpfin, udp] = /^Timeout \(tcp tcpfin udp\): (\d{1,10}) (\d{1,10}) (\d{1,10})$/m.exec(text) ?? []
  return tcp === undefined ? undefined : { tcp: Number(tcp), tcpfin: Number(tcpfin), udp: Number(udp) }
}
