import type { DnsHealth } from './asking.ts'
import { newTrack } from './node.ts'
import { ourIp, type Stage } from './stage.ts'

const timeoutMs = 5000
const attempts = 2

/** Whole lookups as glibc does them: from one port, asked again after five seconds, given up after ten. */
export function lookUp(probe: string, every: number, health: DnsHealth, stage: Stage): void {
  const { time, chance, node, cluster, tell } = stage
  const of = { side: 'client', kind: 'dns', probe, server: '*', mode: 'resolver' } as const
  const name = 'kubernetes.default.svc.cluster.local'

  function one(): void {
    const began = time.now()
    const track = newTrack(node, cluster.dns, began, chance)
    const flow = { proto: 'udp', local: `${ourIp}:${stage.newPort()}`, remote: `${cluster.dns.address}:53` } as const
    const attempt = (tries: number): void => {
      const isGone =
        node.blocks?.({ proto: 'udp', isNew: tries === 1, to: cluster.dns.address }) === true ||
        track?.backend.state === 'silent' ||
        chance.hits(2 * node.lossShare) // A and AAAA
      const lateMs = isGone ? Infinity : Math.max(health.late(), health.late())
      const done = (more: object) =>
        tell({
          type: 'asked',
          ...of,
          fate: 'ok',
          phase: 'wait',
          code: '',
          question: name,
          tries,
          tookUs: (time.now() - began) * 1000,
          ...more,
        })
      if (!track || track.backend.state === 'refusing')
        time.after(1, () => done({ fate: 'refused', code: 'ECONNREFUSED', flow }))
      else if (lateMs < timeoutMs) time.after(lateMs, () => done({ rcode: health.rcode(name), stamp: 'user' }))
      else if (tries < attempts) time.after(timeoutMs, () => attempt(tries + 1))
      else time.after(timeoutMs, () => done({ fate: 'timeout', code: 'ETIMEDOUT', flow }))
    }
    attempt(1)
  }
  time.after(chance.between(0, Math.min(1000, every)), () => {
    one()
    time.every(every, one)
  })
}
