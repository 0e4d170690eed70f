import type { Received } from '../../../datagram/port.ts'
import { type Answer, echoes, readAnswer } from '../answer.ts'
import type { Query } from '../query.ts'
import type { Inbox } from './inbox.ts'
import type { Lookup } from './state.ts'

/** What asking one server came to: answers to some of the queries, the wish for TCP, or nothing. */
export type Asked = readonly (Answer | undefined)[] | 'tcp' | 'next'

/**
 * Asks one server over UDP, as glibc's send_dg does (resolv/res_send.c): A and AAAA at once from one socket; after a timeout with
 * one answer once more with the second question sent only after the first answer (single-request), then with that from
 * another socket (single-request-reopen). The modes it fell back to stay in force for the rest of the lookup.
 */
export async function askServer(lookup: Lookup, index: number): Promise<Asked> {
  const { options, servers, clock } = lookup
  const seconds = secondsFor(options.timeoutS, index, servers.length)
  for (;;) {
    const inbox = await lookup.inbox(index)
    if (!inbox) return 'next'
    const round = await askOnce(lookup, index, inbox, clock.steady() + seconds * 1000)
    if (round !== 'half') return round
    // One answer came, the other did not: the server, or something on the way, minds two questions from one port.
    if (!lookup.single) lookup.single = true
    else if (!lookup.reopen) {
      lookup.reopen = true
      lookup.close(index)
    } else return lookup.half
  }
}

/** `statp->retrans << ns`, divided by the number of servers for all but the first, whole seconds, at least one. */
export const secondsFor = (timeoutS: number, index: number, servers: number): number =>
  Math.max(1, index === 0 ? timeoutS : Math.floor((timeoutS << index) / servers))

async function askOnce(lookup: Lookup, index: number, first: Inbox, finish: number): Promise<Asked | 'half'> {
  const { queries } = lookup
  const answers: (Answer | 'rejected' | undefined)[] = queries.map(() => undefined)
  const received = () => answers.filter(each => each !== undefined).length
  const good = () => answers.map(each => (each === 'rejected' ? undefined : each))
  let inbox = first
  const [query] = queries
  if (lookup.single && query) lookup.send(inbox, query)
  else for (const each of queries) lookup.send(inbox, each)

  for (;;) {
    const heard = await inbox.next(finish)
    if (!heard) {
      lookup.gotSomewhere = true
      lookup.half = good()
      return lookup.half.some(Boolean) ? 'half' : 'next'
    }
    const come = heard instanceof Error ? 'broken' : matched(lookup, heard, answers)
    if (come === 'other') continue
    if (come === 'broken') {
      lookup.close(index)
      return 'next'
    }
    const { at, answer } = come
    if (['SERVFAIL', 'NOTIMP', 'REFUSED'].includes(answer.rcode)) {
      lookup.rejection = answer.rcode
      if (received() > 0 || lookup.single) return good().some(Boolean) ? good() : 'next'
      answers[at] = 'rejected'
      continue
    }
    if (answer.referral) {
      lookup.close(index)
      return 'next'
    }
    if (answer.truncated) {
      lookup.close(index)
      return 'tcp'
    }
    answers[at] = answer
    if (received() === queries.length) return good()
    const rest = queries.find((_, other) => answers[other] === undefined)
    if (!lookup.single || !rest || received() > 1) continue
    if (lookup.reopen) {
      lookup.close(index)
      const other = await lookup.inbox(index)
      if (!other) return 'next'
      inbox = other
    }
    lookup.send(inbox, rest)
  }
}

/** Stands for an answer that cannot be read. */
export const broken: Answer = { rcode: 'OTHER', truncated: false, answers: 0, referral: false, questionless: false }

/** Which query a datagram answers; `other` to go on waiting, `broken` to give this server up. */
function matched(
  lookup: Lookup,
  received: Received,
  answers: readonly unknown[],
): { at: number; answer: Answer } | 'other' | 'broken' {
  const { bytes, expected } = received
  if (!expected) return lookup.stray('wrong-source')
  lookup.heard(received)
  if (bytes.length < 12) {
    lookup.stray('malformed')
    return 'broken'
  }
  const at = lookup.queries.findIndex(({ id }, at) => answers[at] === undefined && bytes.readUInt16BE(0) === id)
  const query: Query | undefined = lookup.queries[at]
  if (!query) return lookup.stray('foreign')
  const answer = readAnswer(query, bytes)
  // An error without our question in it matches nothing (res_queriesmatch): glibc waits on.
  if (answer === 'foreign' || (answer !== 'malformed' && answer.questionless)) return lookup.stray('foreign')
  if (answer !== 'malformed') return { at, answer }
  // res_send takes it for an answer; only the application's own parser stumbles.
  return echoes(query, bytes) ? { at, answer: broken } : lookup.stray('malformed')
}
