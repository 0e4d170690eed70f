import { type Flow, flowKey } from '../../outcome/flow.ts'
import { Absent, defineSource, type Machine, mostFlows } from '../source.ts'
import { type Tuple, tupleOf } from '../tuple.ts'
import { type Connection, type Ipvs, ipvs, type VirtualService } from './facts.ts'
import { bounded } from './bounded.ts'
import { findLines, headOf, parseConnection, parseServices, parseTimeouts } from './parse.ts'

interface Question {
  readonly flow: Flow
  readonly tuple: Tuple
}

export const ipvsSource = defineSource({
  of: 'machine',
  facts: ipvs,
  about: 'machine',
  costly: true,
  async read(machine, { flows }): Promise<Ipvs> {
    const services = await readServices(machine)
    const asked = flows.slice(0, mostFlows).flatMap(flow => {
      const tuple = tupleOf(flow)
      return tuple ? [{ flow, tuple }] : []
    })
    const wanted = flows.length === 0 ? services : services.filter(service => asked.some(isFor(service)))
    const [connections, timeouts] = await Promise.all([readConnections(machine, asked), readTimeouts(machine)])
    return { services: bounded(wanted), ...connections, ...(timeouts && { timeouts }) }
  },
})

async function readServices(machine: Machine): Promise<VirtualService[]> {
  const text = await machine.file('proc/net/ip_vs').catch((error: unknown) => {
    const isMissing = error instanceof Absent && error.message.includes('ENOENT')
    throw isMissing ? new Absent('no IPVS in this kernel or namespace') : error
  })
  const services = parseServices(text)
  if (!services) throw new Absent('/proc/net/ip_vs has a form that is not known')
  return services
}

const isFor =
  ({ proto, address, port }: VirtualService) =>
  ({ flow, tuple }: Question): boolean =>
    flow.proto === proto && tuple.dst === address && tuple.dport === port

/** The kernel can only print the whole table, so it is not asked in vain. */
async function readConnections(
  machine: Machine,
  asked: readonly Question[],
): Promise<Pick<Ipvs, 'connections' | 'unread'>> {
  if (asked.length === 0) return { connections: [] }
  try {
    const heads = asked.map(({ flow, tuple }) => headOf(flow.proto, tuple))
    const found = findLines(await machine.file('proc/net/ip_vs_conn'), heads)
    if (!found) return { connections: [], unread: '/proc/net/ip_vs_conn has a form that is not known' }
    return { connections: asked.flatMap(({ flow }, at) => connection(flow, found.get(heads[at] ?? ''))) }
  } catch (error) {
    if (error instanceof Absent) return { connections: [], unread: error.message }
    throw error
  }
}

function connection(flow: Flow, rest: string | undefined): Connection[] {
  if (rest === undefined) return [{ flow: flowKey(flow) }]
  const read = parseConnection(rest)
  return read ? [{ flow: flowKey(flow), ...read }] : []
}

/** Only where IPVS was found: without it `ipvsadm` would have the kernel load it. */
const readTimeouts = (machine: Machine): Promise<Ipvs['timeouts']> =>
  machine.run('ipvsadm', ['-l', '--timeout']).then(parseTimeouts, () => undefined)
