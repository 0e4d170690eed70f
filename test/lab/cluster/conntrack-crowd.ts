import { readFileSync } from 'node:fs'
import { setImmediate as others } from 'node:timers/promises'
import { inside } from './inside.ts'
import { attribute, byte, create, message, messages, nested, netfilter, short, word } from './netlink.ts'

/** Flows of strangers in the conntrack table of a host. */
export interface Crowd {
  /** Deletes the strangers' flows and no others. */
  goes(): void
}

/**
 * Fills the conntrack table of `host` with flows of strangers in a fraction of a second (`conntrack -R` takes several),
 * and keeps it full. Error when the table is too large to be filled: an entry takes some 400 bytes.
 */
export async function crowd(host: string, { assured }: { readonly assured: boolean }): Promise<Crowd> {
  const line = netfilter(host)
  let strangers = 0
  function come(): boolean {
    const { count, max } = tableOf(host)
    if (max > most) throw new Error(`nf_conntrack_max is ${max}: more than ${most} entries would take too much memory`)
    const more = Math.min(batch, max - count)
    if (more <= 0) return false
    if (strangers > 2 * max)
      throw new Error(`${strangers} flows were made on ${host}, and its table has ${count} of ${max}`)
    line.send(flows(strangers, more, assured))
    strangers += more
    return true
  }
  while (come()) await others()
  // Once a table is nearly full, the kernel's own sweep evicts what is not ASSURED, and so makes room for anybody.
  if (assured) line.send(message(messages.deleteConntrack, 0, 0, ...status(0, IPS_ASSURED)))
  while (come());
  const refill = setInterval(() => {
    while (come());
  }, 50)
  return {
    goes() {
      clearInterval(refill)
      const marked = [attribute(CTA_MARK, word(mark)), attribute(CTA_MARK_MASK, word(mark))]
      line.send(message(messages.deleteConntrack, 0, 0, ...marked))
      line[Symbol.dispose]()
    },
  }
}

const most = 1_048_576 // what kube-proxy sets at most
const mark = 0x10c0
const batch = 800 // 116 KB, what a socket's send buffer takes

function tableOf(host: string): { readonly count: number; readonly max: number } {
  return inside(host, () => ({ count: sysctl('count'), max: sysctl('max') }))
}

const sysctl = (name: string) => Number(readFileSync(`/proc/sys/net/netfilter/nf_conntrack_${name}`, 'utf8'))

/** Messages that make flows of the strangers from number `from` on: one message, copied, each with an address of its own. */
function flows(from: number, count: number, assured: boolean): Uint8Array {
  const placeholder = word(0xffff_ffff)
  const one = flow(placeholder, assured)
  const first = one.indexOf(placeholder)
  const places = [first, one.indexOf(placeholder, first + 4)] // source of the question, destination of the answer
  const all = Buffer.concat(Array.from({ length: count }, () => one))
  for (let index = 0; index < count; index++)
    for (const place of places) all.writeUInt32BE(firstStranger + from + index, index * one.length + place)
  return all
}

/** Entries of which these bits are so. */
const status = (value: number, mask: number) => [
  attribute(CTA_STATUS, word(value)),
  attribute(CTA_STATUS_MASK, word(mask)),
]

/** Addresses from 10.128.0.0 on: of no pod, no Service and no node. */
const firstStranger = 0x0a80_0000
const server = word(0x0aff_ffff)

/** Answered, and seen for more than two seconds: only that makes a UDP flow ASSURED. */
function flow(client: Uint8Array, assured: boolean): Buffer {
  const bits = IPS_CONFIRMED | IPS_SEEN_REPLY | (assured ? IPS_ASSURED : 0)
  return message(
    messages.newConntrack,
    create,
    0,
    tuple(CTA_TUPLE_ORIG, client, server, 40_000, 53),
    tuple(CTA_TUPLE_REPLY, server, client, 53, 40_000),
    attribute(CTA_STATUS, word(bits)),
    attribute(CTA_TIMEOUT, word(3600)),
    attribute(CTA_MARK, word(mark)),
  )
}

const tuple = (which: number, from: Uint8Array, to: Uint8Array, fromPort: number, toPort: number) =>
  nested(
    which,
    nested(CTA_TUPLE_IP, attribute(CTA_IP_V4_SRC, from), attribute(CTA_IP_V4_DST, to)),
    nested(
      CTA_TUPLE_PROTO,
      attribute(CTA_PROTO_NUM, byte(IPPROTO_UDP)),
      attribute(CTA_PROTO_SRC_PORT, short(fromPort)),
      attribute(CTA_PROTO_DST_PORT, short(toPort)),
    ),
  )

// linux/netfilter/nfnetlink_conntrack.h
const [CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, CTA_STATUS, CTA_TIMEOUT, CTA_MARK] = [1, 2, 3, 7, 8]
const [CTA_MARK_MASK, CTA_STATUS_MASK] = [21, 26]
const [CTA_TUPLE_IP, CTA_TUPLE_PROTO] = [1, 2]
const [CTA_IP_V4_SRC, CTA_IP_V4_DST] = [1, 2]
const [CTA_PROTO_NUM, CTA_PROTO_SRC_PORT, CTA_PROTO_DST_PORT] = [1, 2, 3]
const IPPROTO_UDP = 17
// linux/netfilter/nf_conntrack_common.h
const [IPS_SEEN_REPLY, IPS_ASSURED, IPS_CONFIRMED] = [1 << 1, 1 << 2, 1 << 3]
