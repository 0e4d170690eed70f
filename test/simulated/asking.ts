import type { Asked, OfProbe } from '../../src/outcome/observation.ts'
import type { Pod } from './cluster.ts'
import { newTrack, oldTrack, type Track } from './node.ts'
import { forget, ourIp, remember, type Stage } from './stage.ts'

/** One series of questions; durations in ms. */
export interface AskPlan {
  readonly kind: 'dns' | 'udp-echo'
  readonly probe: string
  readonly mode: 'fresh' | 'pinned' | 'pair'
  readonly every: number
  /** Straight to pods, without a Service. */
  readonly direct?: true
  /** By the name asked for, in turn. */
  readonly names?: readonly string[]
}

/** How the servers of DNS fare: what a story may spoil. */
export interface DnsHealth {
  /** How late an answer is, ms. */
  late(): number
  rcode(name: string): string
}

const timeoutMs = 5000
/** A late answer is waited for so long after that, ms. */
const patienceMs = 10_000

/** Asks for as long as the story lasts. */
export function ask(plan: AskPlan, health: DnsHealth, stage: Stage): void {
  const { kind, probe, mode, every, direct, names = ['kubernetes.default.svc.cluster.local'] } = plan
  const { time, chance, node, cluster, tell } = stage
  const of: OfProbe = { side: 'client', kind, probe, server: '1', mode }
  const service = kind === 'dns' ? cluster.dns : cluster.hold
  const pinned = stage.newPort()
  // A name is looked up again every half minute; one without addresses leaves those it had.
  let named = service.named
  if (direct) time.every(30_000, () => (named = service.named.length > 0 ? service.named : named))
  let track: Track | undefined
  let turn = 0

  /** Where a question is led: `undefined` where a rule refuses it, since nobody is there. */
  function led(): Track | undefined {
    const now = time.now()
    if (direct) return directly(named, mode === 'pinned' ? track : undefined, now, turn)
    const old = mode === 'pinned' ? oldTrack(node, service, track, now) : undefined
    return old ?? newTrack(node, service, now, chance)
  }

  function one(question: string, name: string, port: number): void {
    const now = time.now()
    const to = led()
    if (mode === 'pinned') track = to
    const host = (direct && to?.backend.identity.ip) || service.address
    const flow = { proto: 'udp', local: `${ourIp}:${port}`, remote: `${host}:${kind === 'dns' ? 53 : 7000}` } as const
    const isGone =
      node.blocks?.({ proto: 'udp', isNew: mode !== 'pinned', to: host }) === true ||
      to?.backend.state === 'silent' ||
      chance.hits(node.lossShare)
    const lateMs = kind === 'dns' ? health.late() : chance.between(0.3, 1.5)
    const tell1 = (tookMs: number, more: Pick<Asked, 'fate' | 'code'> & Partial<Asked>) =>
      time.after(tookMs, () =>
        tell({
          type: 'asked',
          ...of,
          phase: 'wait',
          tookUs: (time.now() - now) * 1000,
          ...(kind === 'dns' && { question }),
          ...((mode === 'pinned' || more.fate !== 'ok') && { flow }),
          ...more,
        }),
      )
    const isUnheard = isGone || to?.backend.state === 'refusing'
    if (to && (mode === 'pinned' || isUnheard)) remember(stage, flow, to)
    if (mode !== 'pinned' && isUnheard) forget(stage, flow)
    if (isGone) return void tell1(timeoutMs, { fate: 'timeout', code: 'DEADLINE' })
    if (!to || to.backend.state === 'refusing') return void tell1(0.5, { fate: 'refused', code: 'ECONNREFUSED' })
    if (lateMs >= timeoutMs) {
      tell1(timeoutMs, { fate: 'timeout', code: 'DEADLINE' })
      if (lateMs < timeoutMs + patienceMs)
        time.after(lateMs, () => tell({ type: 'strayed', ...of, what: 'late', tookUs: lateMs * 1000 }))
      return
    }
    const { pod, instance } = to.backend.identity
    const answer = kind === 'dns' ? { rcode: health.rcode(name) } : { by: `${pod}/${instance}` }
    tell1(lateMs, { fate: 'ok', code: '', stamp: 'kernel', ...answer })
  }

  function round(): void {
    const name = names[turn % names.length] ?? ''
    turn += 1
    const port = mode === 'pinned' ? pinned : stage.newPort()
    one(`${name} A`, name, port)
    if (mode === 'pair') one(`${name} AAAA`, name, port)
  }

  time.after(chance.between(0, Math.min(1000, every)), () => {
    round()
    time.every(every, round)
  })
}

/** Fresh questions go to all pods in turn, a pinned port keeps to one for as long as the name has it. */
function directly(named: readonly Pod[], before: Track | undefined, now: number, turn: number): Track | undefined {
  if (before && named.includes(before.backend)) return before
  const backend = named[before ? 0 : turn % named.length]
  return backend && { backend, madeAt: now, seenAt: now }
}
