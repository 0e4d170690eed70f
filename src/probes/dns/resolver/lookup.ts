import { randomInt } from 'node:crypto'
import type { Received } from '../../../datagram/port.ts'
import type { Word } from '../../../outcome/fate.ts'
import type { Flow } from '../../../outcome/flow.ts'
import { formatAddress, type Address } from '../../../settings/address.ts'
import type { Answer } from '../answer.ts'
import { type AskedType, queryFor } from '../query.ts'
import { askOverTcp } from '../tcp.ts'
import { askServer, broken } from './datagrams.ts'
import { type Inbox, openInbox } from './inbox.ts'
import type { Outcome } from './search.ts'
import type { Lookup, Search } from './state.ts'

export interface Found {
  readonly outcome: Outcome
  readonly rcode?: string
  /** What the kernel said, if that ended it. */
  readonly word?: Word
  /** The server whose answer it is. */
  readonly by?: string
  /** The flow asked last; the kernel may have let us ask none. */
  flow(): Flow | undefined
  readonly truncated: boolean
  /** When the kernel got the last datagram, steady ms, if a datagram ended it. */
  readonly last?: Received
}

/** glibc sets no limit to a TCP question; we do, so that a lookup ends, ms. */
const tcpDeadlineMs = 30_000

/** Asks for A and AAAA of `name` round by round, server by server (resolv/res_send.c, __res_context_send). Rejects when aborted. */
export async function lookUp(name: string, search: Search): Promise<Found> {
  const { options, servers, offset, signal } = search
  const sockets: (Inbox | undefined)[] = []
  const lookup = begin(name, search, sockets)
  let last: Received | undefined
  lookup.heard = received => {
    last = received
    lookup.gotSomewhere = true
  }
  let tcp = options.useVc
  let truncated = false
  const flow = () => lookup.tcpFailure?.flow ?? lookup.askedFrom?.flow()
  try {
    for (let round = 0; round < options.attempts; round++)
      for (let shift = 0; shift < servers.length; shift++) {
        const index = (shift + offset) % servers.length
        const server = servers[index]
        if (!server) continue
        signal.throwIfAborted()
        const overUdp = tcp ? 'tcp' : await askServer(lookup, index)
        let asked = overUdp === 'tcp' ? undefined : overUdp
        if (!asked) {
          truncated ||= !tcp
          tcp = true
          round = options.attempts // over TCP each server is asked at most once
          last = undefined
          asked = await overTcp(lookup, server, search)
        }
        if (asked !== 'next')
          return { ...judged(asked), by: formatAddress(server), truncated, flow, ...(last && { last }) }
      }
  } finally {
    for (const socket of sockets) socket?.close()
  }
  const { rejection, gotSomewhere, tcpFailure } = lookup
  const so = { truncated, flow }
  if (tcpFailure) return { outcome: tcpFailure.fate === 'refused' ? 'refused' : 'silent', word: tcpFailure, ...so }
  if (rejection) return { outcome: rejection === 'SERVFAIL' ? 'servfail' : 'silent', rcode: rejection, ...so }
  return { outcome: gotSomewhere ? 'silent' : 'refused', ...so }
}

function begin(name: string, { tries, onStray, ...search }: Search, sockets: (Inbox | undefined)[]): Lookup {
  const { options, servers, clock, signal } = search
  const a = randomInt(65_536)
  const ids = [a, (a + 1 + randomInt(65_535)) & 0xffff] // two ids, never the same
  const types: readonly AskedType[] = ['A', 'AAAA']
  return {
    ...search,
    queries: types.map((type, at) => queryFor({ id: ids[at] ?? 0, name, type, edns: options.edns })),
    async inbox(index) {
      const server = servers[index]
      if (server) sockets[index] ??= await openInbox(server, clock, signal).catch(() => undefined)
      signal.throwIfAborted()
      return sockets[index]
    },
    close(index) {
      sockets[index]?.close()
      sockets[index] = undefined
    },
    send(inbox, { bytes }) {
      tries.count += 1
      this.askedFrom = inbox
      inbox.send(bytes)
    },
    heard: () => {},
    stray(what) {
      onStray(what)
      return 'other'
    },
    single: options.singleRequest || options.singleRequestReopen,
    reopen: options.singleRequestReopen,
    gotSomewhere: false,
    tcpFailure: undefined,
    askedFrom: undefined,
    rejection: undefined,
    half: [],
  }
}

async function overTcp(lookup: Lookup, server: Address, { tries, clock, signal }: Search) {
  tries.count += 1
  const came = await askOverTcp({ server, queries: lookup.queries, deadlineMs: tcpDeadlineMs, clock, signal })
  if (!('flow' in came)) return came
  signal.throwIfAborted()
  lookup.tcpFailure = came
  return 'next'
}

/** What res_query makes of the two answers (resolv/res_query.c, __res_context_query). */
function judged(answers: readonly (Answer | undefined)[]): Pick<Found, 'outcome' | 'rcode'> {
  const came = answers.filter(each => each !== undefined)
  if (came.some(({ rcode, answers }) => rcode === 'NOERROR' && answers > 0))
    return { outcome: 'found', rcode: 'NOERROR' }
  if (came.includes(broken)) return { outcome: 'malformed' }
  const rcode = came.map(each => each.rcode).find(each => each !== 'NOERROR') ?? 'NOERROR'
  const outcomes: Readonly<Record<string, Outcome>> = {
    NOERROR: 'no-data',
    NXDOMAIN: 'not-found',
    SERVFAIL: 'servfail',
  }
  return { outcome: outcomes[rcode] ?? 'failed', rcode }
}
