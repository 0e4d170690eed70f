import { Absent, defineSource } from '../source.ts'
import { netstat } from './facts.ts'
import { parseNetstat } from './parse.ts'

export const netstatSource = defineSource({
  facts: netstat,
  of: 'machine',
  about: 'machine',
  costly: false,
  async read(machine) {
    const files = await Promise.all(
      ['proc/net/snmp', 'proc/net/netstat'].map(path => machine.file(path).then(parseNetstat, () => ({}))),
    )
    const counters = Object.assign({}, ...files) as Readonly<Record<string, number>>
    if (Object.keys(counters).length === 0) throw new Absent('no counters in proc/net/snmp and proc/net/netstat')
    return counters
  },
})
