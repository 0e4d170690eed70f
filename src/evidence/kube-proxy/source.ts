import { Absent, defineSource } from '../source.ts'
import { kubeProxy as facts } from './facts.ts'
import { ports } from './ports.ts'
import { processes } from './processes.ts'

export const kubeProxySource = defineSource({
  of: 'machine',
  facts,
  about: 'machine',
  costly: true,
  async read(machine) {
    const [told, { running, conntrackBinary }] = await Promise.all([ports(machine), processes(machine)])
    const { reachable, healthy } = told.facts
    if (!reachable && healthy === undefined && running === undefined)
      throw new Absent(`kube-proxy: ${told.why}; no process of that name is to be seen`)
    return {
      ...told.facts,
      // Some programs have kube-proxy within them: it answers, and no process is called so.
      ...(running !== undefined && (running || !reachable) && { running }),
      ...(conntrackBinary !== undefined && { conntrackBinary }),
    }
  },
})
