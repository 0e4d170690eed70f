import type { Case } from '../case.ts'
import { controlOf } from '../control.ts'
import { keepaliveLines } from '../keepalive-lines.ts'
import { memoryOf } from '../memory.ts'
import type { Finding } from '../rule.ts'
import { strayLines } from '../server-spoke.ts'
import { serverSilent } from '../server-silent.ts'
import { span, spans } from '../span.ts'
import { findingOf } from '../telling.ts'
import { translatorOf } from '../translator.ts'

/** A keepalive timer of whole seconds, and what the servers' clocks and a lost probe add, ms. */
const sameAgeMs = 1500

/** The server's own keepalive probe left the node untranslated, and drew the reset from the client's kernel. */
export function serverKeepalive(of: Case): Finding[] {
  const silent = serverSilent(of)
  if (!silent) return []
  const { scene, quietMs } = silent
  const translator = translatorOf(of, scene.losses)
  const memory = memoryOf(scene, translator)
  const youngest = Math.min(...quietMs)
  const isSameAge = Math.max(...quietMs) - youngest <= sameAgeMs
  if (!translator || translator.by === 'nobody' || !memory || youngest < memory.ms || !isSameAge) return []
  const who = translator.by === 'ipvs' ? 'IPVS' : 'conntrack'
  return [
    findingOf(scene, {
      variant: 'server',
      says: `${scene.losses.length} connections were lost to the servers’ own keepalive: ${who} on the node forgets a connection after ${span(memory.ms)}, their probes came after ${spans(quietMs)}, reached the client untranslated and were reset; the client learnt of it by its next word.`,
      confidence: {
        level: 'likely',
        because: `the servers were reset in their silence, all at the same age, beyond what ${who} remembers`,
      },
      control: controlOf(scene),
      evidence: [memory.line, ...strayLines(scene)],
      ruledOut: {
        'out-of-window': `each was silent for longer than ${who} remembers: it had no window to be outside of`,
      },
      node: '',
      remedy: keepaliveLines(memory.ms),
    }),
  ]
}
