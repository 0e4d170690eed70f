import type { Config } from '../config/schema.ts'
import { formatAddress } from '../settings/address.ts'

/** A configuration in one line, for whoever checks it, and in how many processes it would run here. */
export function summaryOf({ probes, server, web, journal }: Config, processes: number): string {
  const connections = probes.reduce(
    (sum, probe) => sum + (typeof probe.connections === 'number' ? probe.connections : 0),
    0,
  )
  return [
    probes.length > 0 && `${many(probes.length, 'probe')} holding ${many(connections, 'connection')}`,
    processes > 1 && `in ${processes} processes`,
    Object.keys(server).length > 0 && `answers ${Object.keys(server).join(', ')}`,
    web === 'off' ? 'no web server' : `web on ${formatAddress(web.listen)}`,
    journal === 'off' ? 'no journal' : `journal in ${journal.dir}`,
  ]
    .filter(Boolean)
    .join('; ')
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
