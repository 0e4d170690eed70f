import { attemptsOf, isHeard, isTelling } from '../attempts.ts'
import { within } from '../callees.ts'
import type { Case } from '../case.ts'
import { hostOf } from '../host.ts'
import { allLeads, leadOf } from '../leads.ts'
import type { Spell } from '../partly.ts'
import { doubt } from '../repicked.ts'
import { hypergeometricAtLeast } from '../../stats/distribution/hypergeometric.ts'
import { type Served, servedIn } from '../served.ts'
import { isOurselves, serversOf } from '../servers.ts'

/** Backends that new attempts are led to, and that nobody hears from. */
export interface Suspects {
  /** `10.244.2.12` */
  readonly hosts: readonly string[]
  /** Flows that failed and were looked up: so many were led there, so many elsewhere. */
  readonly led: number
  readonly elsewhere: number
  /** Epoch ms of the last reading of conntrack or IPVS. */
  readonly at: number
  /** Where the node says that new attempts are led. */
  readonly served: readonly Served[]
}

/** What the node says of the ways of attempts that failed; `undefined` unless it speaks against some of the backends. */
export function suspectsIn(of: Case, spell: Spell): Suspects | undefined {
  const heard = heardFrom(of, spell)
  const looked = lookedUp(of, spell)
  const hosts = [...new Set(looked.filter(({ isNew }) => isNew).map(({ backend }) => backend))].filter(
    host => !heard.has(host),
  )
  if (hosts.length === 0 || hosts.some(ip => isOurselves(of, { ip }))) return undefined
  const led = looked.filter(({ backend }) => hosts.includes(backend))
  const elsewhere = looked.length - led.length
  const served = servedBy(of, spell)
  const isServed = hosts.every(host => served.length === 0 || served.some(each => leadsTo(each, host)))
  // Old flows may fail for reasons of their own, now and then.
  if (!isServed || elsewhere * 10 > looked.length) return undefined
  if (byChance(of, led.length, hosts.length, spell, heard, served) > doubt) return undefined
  return { hosts, led: led.length, elsewhere, at: Math.max(...led.map(({ at }) => at)), served }
}

/** The ways of flows that failed meanwhile, new and old; those that were not translated lead nowhere. */
function lookedUp(of: Case, { callee, from }: Spell) {
  const failed = callee.attempts.filter(each => isTelling(each) && !isHeard(each) && each.sentAt >= from)
  return [...Map.groupBy(failed, ({ line }) => line).values()].flatMap(([attempt]) => {
    const lead = attempt && leadOf(of, attempt)
    return lead && lead.backend !== callee.host ? [{ isNew: attempt.isNew, ...lead }] : []
  })
}

/** Where servers answered from meanwhile, whatever was asked of them. */
export function heardFrom(of: Case, spell: Spell): ReadonlySet<string> {
  const servers = serversOf(of)
  const answered = within(attemptsOf(of).filter(isHeard), spell).flatMap(
    ({ server }) => hostOf(servers.get(server ?? '')?.ip) ?? [],
  )
  return new Set([...answered, ...wellLed(of, spell), ...misledBy(spell)])
}

/** Whoever answers under his own address is alive. */
const misledBy = ({ callee, from }: Spell): string[] =>
  callee.attempts.flatMap(({ fate, sentAt, symptom }) =>
    fate === 'wrong-source' && sentAt >= from && symptom?.type === 'asked' ? (hostOf(symptom.by) ?? []) : [],
  )

/** Of pinned ports that go on being answered the node tells the way, too. */
function wellLed(of: Case, spell: Spell): string[] {
  return of.probes.flatMap(({ asks }) => {
    const last = [...asks].findLast(({ at }) => at <= spell.to)
    if (last?.fate !== 'ok' || !last.flow || last.at < spell.from) return []
    const key = `${last.flow.proto} ${last.flow.local} ${last.flow.remote}`
    return (allLeads(of).get(key) ?? [])
      .filter(({ at }) => at >= spell.from && at <= spell.to)
      .map(each => each.backend)
  })
}

/** The node is looked at once failures are known. */
function servedBy(of: Case, { bad, from }: Spell): readonly Served[] {
  const to = Math.max(...bad.map(({ symptom }) => symptom?.at ?? 0)) + patienceMs
  const called = Map.groupBy(
    bad.flatMap(({ symptom }) => symptom?.flow ?? []),
    ({ proto, remote }) => `${proto} ${remote}`,
  )
  return [...called.values()].flatMap(([flow]) => (flow ? servedIn(of, flow, { from, to }) : []))
}

/** An examination comes so long after a fault, ms. */
const patienceMs = 2000

function leadsTo({ backends, service }: Served, host: string): boolean {
  if (service) return service.destinations.some(each => hostOf(each.address) === host && each.weight > 0)
  return backends.some(each => hostOf(each) === host)
}

/** How likely so many failures keep to these backends if it did not matter where one is led. */
function byChance(
  of: Case,
  led: number,
  suspects: number,
  spell: Spell,
  heard: ReadonlySet<string>,
  served: readonly Served[],
): number {
  const servers = serversOf(of)
  const answered = within(spell.callee.attempts.filter(isHeard), spell)
  const known = answered.filter(({ server }) => hostOf(servers.get(server ?? '')?.ip) !== undefined)
  const elsewhere = new Set(known.map(({ line }) => line)).size
  const all = Math.max(suspects + heard.size, ...served.map(({ backends }) => backends.length))
  const choosing = all > suspects ? (suspects / all) ** (led - suspects) : 1
  return Math.min(choosing, hypergeometricAtLeast(led, led, led, led + elsewhere))
}
