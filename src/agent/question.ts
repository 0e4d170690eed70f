import { isIP } from 'node:net'
import { mostFlows } from '../evidence/source.ts'
import { type Repeated, type Parameter, readQuery } from '../http/query.ts'
import type { Flow } from '../outcome/flow.ts'
import { parseAddress } from '../settings/address.ts'

/** What the agent is asked: about which flows, and whether sources that cost something are wanted, too. */
export interface Question {
  readonly flows: readonly Flow[]
  readonly costly: boolean
}

export const evidencePath = '/evidence'

/** The path and query of a question: what `readQuestion` reads back. */
export function writeQuestion({ flows, costly }: Question): string {
  const query = new URLSearchParams(flows.map((flow): [string, string] => ['flow', writeFlow(flow)]))
  if (!costly) query.append('costly', 'no')
  return `${evidencePath}?${query.toString()}`
}

/** Reads a query, or says everything that is wrong with it. */
export function readQuestion(query: URLSearchParams): Question | { readonly mistakes: readonly string[] } {
  const read = readQuery(query, { flow: flows, costly })
  if ('mistakes' in read) return read
  return { flows: read.values.flow, costly: read.values.costly }
}

export const writeFlow = ({ proto, local, remote }: Flow): string => `${proto},${local},${remote}`

/** What `writeFlow` wrote; `undefined` for anything but two ends with an address and a port. */
export function readFlow(text: string): Flow | undefined {
  const [proto, local = '', remote = '', ...more] = text.split(',')
  if ((proto !== 'tcp' && proto !== 'udp') || more.length > 0) return undefined
  return isEnd(local) && isEnd(remote) ? { proto, local, remote } : undefined
}

const flows: Repeated<Flow> = {
  expected: `up to ${mostFlows} times protocol, local and remote end, such as tcp,10.244.1.10:40000,10.96.0.10:53 or udp,[fd00::7]:40000,[fd00::a]:53`,
  most: mostFlows,
  read: readFlow,
}

const costly: Parameter<boolean> = {
  expected: 'yes or no',
  read: text => (text === 'no' ? false : text === 'yes' || undefined),
  otherwise: true,
}

/** An IP address and a real port. */
function isEnd(text: string): boolean {
  const { host, port } = parseAddress(text, 0) ?? { host: '', port: 0 }
  return port > 0 && isIP(host) !== 0
}
