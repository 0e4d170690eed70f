import { sysctl } from '../../evidence/sysctl/facts.ts'
import { type Attempt, attemptsOf, isHeard } from '../attempts.ts'
import { type Callee, calleesOf } from '../callees.ts'
import type { Case } from '../case.ts'
import { findingFrom } from '../from-attempts.ts'
import { lackingNode } from '../lacking.ts'
import { netstatRise } from '../rises.ts'
import { defineRule, type Finding } from '../rule.ts'
import { serverWords } from '../servers.ts'
import { bypassesOf, type Bypass } from './bypass.ts'

export const bridgeBypass = defineRule({
  name: 'bridge-bypass',
  title: 'answers of neighbours pass no rule',
  family: 'lost-nat',
  judge: of =>
    calleesOf(of)
      .filter(({ way }) => way !== 'direct')
      .flatMap(callee => {
        const bypass = bypassesOf(of, callee)
        return bypass ? judge(of, callee, bypass) : []
      }),
})

/** Bridged packets are shown to the rules where this is 1. */
const shown = 'net.bridge.bridge-nf-call-iptables'
/** Fewer than this are no pattern. */
const least = 3

function judge(of: Case, callee: Callee, bypass: Bypass): Finding[] {
  const { from, to, neighbours, misled, silent, others } = bypass
  const setting = settingOf(of, bypass)
  if (setting?.value === 1 || misled.length + silent.length < least) return []
  const isOff = setting?.value === 0
  // The neighbour is alive: it answers under its own address, or straight.
  const isLikely = others.length >= least && (misled.length >= least || bypass.straight > 0)
  if (!isOff && !isLikely) return []
  const resets = netstatRise(of, 'own', 'Tcp.OutRsts', { from, to })
  const lost = lostIn(of, callee, bypass)
  const who = neighbours.map(({ server, host }) => (server ? serverWords(server) : host)).join(', ')
  return [
    findingFrom(of, {
      says: `${lost.length} attempts to ${callee.host} failed that were led to ${who} on our own node: its answers go over the bridge, and are not translated back.`,
      bad: lost,
      good: others,
      meanwhile: bypass,
      confidence: isOff
        ? { level: 'proven', because: `${shown} = 0, and only what is led to our own node fails` }
        : {
            level: 'likely',
            because: 'the neighbour is alive, and only through the Service its answers are not understood',
          },
      evidence: [
        ...(setting ? [{ source: 'node sysctl', at: setting.at, says: `${shown} = ${setting.value}` }] : []),
        ...(misled.length > 0
          ? [
              {
                source: 'client',
                at: to,
                says: `${misled.length} answers came from ${who} itself, ${others.length} from whom was asked`,
              },
            ]
          : []),
        ...(bypass.straight > 0
          ? [
              {
                source: 'client',
                at: to,
                says: `${bypass.straight} attempts straight to ${who} were answered meanwhile`,
              },
            ]
          : []),
        ...(resets && resets.by > 0
          ? [
              {
                source: 'own netstat',
                at: resets.at,
                says: `Tcp.OutRsts rose by ${resets.by}: our kernel does not know who answers`,
              },
            ]
          : []),
      ],
      ruledOut: [
        { what: 'dead-endpoint', because: 'the neighbour is alive' },
        { what: 'lost-un-nat', because: 'answers from other nodes are translated back' },
      ],
      missing: setting ? [] : lackingNode(of, `whether ${shown} is 0`),
      remedy: [
        '# On this node, now (the module has to be there first):',
        'modprobe br_netfilter',
        `sysctl -w ${shown}=1`,
        '# For good; something at boot, or a module that is loaded late, puts it back:',
        'echo br_netfilter > /etc/modules-load.d/br_netfilter.conf',
        `echo '${shown} = 1' > /etc/sysctl.d/99-bridge.conf`,
      ],
    }),
  ]
}

/** While it lasted, where the node was looked at then; else the latest word. */
function settingOf(of: Case, { from, to }: Bypass): { readonly at: number; readonly value: number } | undefined {
  const looks = of.facts.all(sysctl, 'node').flatMap(({ at, value }) => {
    const set = value[shown]
    return typeof set === 'number' ? [{ at, value: set }] : []
  })
  const during = looks.filter(({ at }) => at >= from && at <= to + patienceMs)
  return during.find(({ value }) => value === 0) ?? during.at(-1) ?? looks.at(-1)
}

/** An examination comes so long after a fault, ms. */
const patienceMs = 2000

/**
 * What is lost with it: whatever the neighbour had, and what was new and heard nothing. Conntrack has missed what bridged
 * packets said: once they are shown again it may call them INVALID, so connections straight to a neighbour die then.
 */
function lostIn(of: Case, callee: Callee, { from, to, neighbours }: Bypass): readonly Attempt[] {
  const servers = new Set<string | undefined>(neighbours.flatMap(({ server }) => server?.instance ?? []))
  const hosts = new Set<string | undefined>(neighbours.map(({ host }) => host))
  const span = { from: from - edgeMs, to: to + edgeMs }
  return attemptsOf(of).filter(each => {
    if (!each.symptom || isHeard(each) || each.fate === 'refused' || each.sentAt < span.from) return false
    if (servers.has(each.server)) return each.sentAt <= span.to + afterwardsMs
    if (hosts.has(each.host)) return each.sentAt <= span.to + afterwardsMs
    const isTheirs = each.server === undefined && (each.isNew || each.fate === 'wrong-source')
    return each.host === callee.host && isTheirs && each.sentAt <= span.to
  })
}

/** A busy process tells late of what it sent, ms. */
const edgeMs = 500
/** So long after the last of it, ms. */
const afterwardsMs = 30_000
