import type { Config } from '../config/schema.ts'
import { formatAddress } from '../settings/address.ts'

/** A configuration in one line, for whoever checks it. */
export function summaryOf({ probes, server, web, journal }: Config): string {
  const connections = probes.reduce(
    (sum, probe) => sum + (typeof probe.connections === 'number' ? probe.connections : 0),
    0,
  )
  return [
    probes.length > 0 && `${many(probes.length, 'probe')} holding ${many(connections, 'connection')}`,
    Object.keys(server).length > 0 && `answers ${Object.keys(server).join(', ')}`,
    web === 'off' ? 'no web server' : `web on ${formatAddress(web.listen)}`,
    journal === 'off' ? 'no journal' : `journal in ${journal.dir}`,
  ]
    .filter(Boolean)
    .join('; ')
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
