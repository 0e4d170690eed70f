import { answeredLines } from '../attempt-lines.ts'
import { natRules } from '../../evidence/nat-rules/facts.ts'
import { canonical } from '../../evidence/tuple.ts'
import type { EvidenceLine } from '../../outcome/verdict.ts'
import { isSilent } from '../attempts.ts'
import type { Case } from '../case.ts'
import { findingFrom } from '../from-attempts.ts'
import { hostOf } from '../host.ts'
import { allLeads, leadOf } from '../leads.ts'
import type { Finding } from '../rule.ts'
import { alikeIn, oldHeard, type Shut, shutsOf } from '../shut.ts'
import { isOfPods } from './pods.ts'

/** What goes outside: new flows leave with our own address, and old ones do not. */
export const outward = (of: Case): Finding[] =>
  shutsOf(of)
    .filter(({ callee }) => callee.way === 'direct')
    .flatMap(shut => judge(of, shut))

function judge(of: Case, shut: Shut): Finding[] {
  const bare = shut.bad.flatMap(attempt => {
    const entry = leadOf(of, attempt)?.entry
    return entry?.unreplied && entry.reply.dst === entry.original.src ? [entry] : []
  })
  const [first] = bare
  if (!first || !shut.bad.every(isSilent)) return []
  const translated = translatedOf(of, shut)
  const vanished = vanishedIn(of, shut)
  if (!translated && vanished.length === 0) return []
  const own = canonical(first.original.src)
  const old = oldHeard(shut)
  const variant = isOfPods(of, own) ? 'egress' : 'bridge'
  const { host } = shut.callee
  return [
    findingFrom(of, {
      variant,
      says: `${shut.bad.length} new attempts to ${host} heard nothing: they leave the node with the address ${own}, which nobody outside can answer.`,
      bad: alikeIn(shut, each => each.isNew && isSilent(each)),
      good: [],
      meanwhile: shut,
      confidence: {
        level: 'proven',
        because: [
          `${bare.length} new flows that were looked up await their answer at ${own} itself`,
          ...(translated ? [translated.says] : []),
        ].join(', and '),
      },
      evidence: [
        { source: 'node conntrack-entries', at: of.at, says: `${bare.length} new flows await their answer at ${own}` },
        ...(translated ? [translated] : []),
        ...vanished,
        ...answeredLines(old, 'on flows from before', of.at),
      ],
      ruledOut: [
        ...(old.length > 0 ? [{ what: 'peer-died', because: 'flows from before go on' }] : []),
        { what: 'table-full', because: 'the new flows have their entries' },
      ],
      missing: [],
      remedy: remedy(variant, own, vanished),
    }),
  ]
}

/** A flow from before: its answers come to an address of the node. */
function translatedOf(of: Case, { callee }: Shut): EvidenceLine | undefined {
  const leads = [...allLeads(of).values()].flat()
  const lead = leads.findLast(
    ({ entry }) =>
      entry !== undefined &&
      !entry.unreplied &&
      hostOf(entry.original.dst) === callee.host &&
      entry.reply.dst !== entry.original.src,
  )
  return (
    lead && {
      source: 'node conntrack-entries',
      at: lead.at,
      says: `a flow from before is answered at ${lead.entry?.reply.dst}`,
    }
  )
}

/** Rules that translated sources before, and are not there while it lasts. */
function vanishedIn(of: Case, { from, bad }: Shut): readonly (EvidenceLine & { readonly text: string })[] {
  const readings = of.facts.all(natRules, 'node')
  const to = Math.max(...bad.map(({ symptom }) => symptom?.at ?? 0)) + patienceMs
  const now = readings.find(({ at, value }) => at >= from && at <= to && value.unread === undefined)
  const before = now && readings.findLast(({ at }) => at < now.at)
  if (!now || !before) return []
  const there = new Set(now.value.masquerades.map(({ text }) => text))
  return before.value.masquerades
    .filter(({ text }) => !there.has(text))
    .map(({ text }) => ({ source: 'node nat-rules', at: now.at, says: `gone: ${text}`, text }))
}

/** An examination comes so long after a fault, ms. */
const patienceMs = 2000

function remedy(variant: string, own: string, vanished: readonly { readonly text: string }[]): readonly string[] {
  const rules = vanished.map(({ text }) => text)
  const isSave = rules.every(text => text.startsWith('-A '))
  return [
    variant === 'egress'
      ? '# The rule belongs to the network plugin (flannel, Calico, Cilium, kindnet) or to ip-masq-agent: restart it on this node.'
      : '# The rule belongs to the bridge network: restart Docker, or whatever made the bridge.',
    ...(variant === 'bridge' ? ['systemctl restart docker'] : ['kubectl --namespace kube-system get pods -o wide']),
    '# Something took it away: a reload of firewalld or ufw, iptables-restore, a flush of the nat table. By hand, until then:',
    ...(rules.length > 0 && isSave
      ? rules.map(text => `iptables -t nat ${text}`)
      : [`iptables -t nat -A POSTROUTING -s ${own} ! -d CLUSTER-RANGE -j MASQUERADE --random-fully`]),
  ]
}
