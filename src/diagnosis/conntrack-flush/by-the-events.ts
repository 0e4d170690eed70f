import type { Case } from '../case.ts'
import { controlOf } from '../control.ts'
import type { Finding } from '../rule.ts'
import { sceneOf, withLosses } from '../scene.ts'
import { sparedAt } from '../signs.ts'
import { spans as spansOf } from '../span.ts'
import { findingOf } from '../telling.ts'
import { areThere, thereWords } from '../there.ts'
import { deletedAt, deletionsIn } from '../tracks.ts'
import { alsoLost, spans } from './also-lost.ts'
import { remedy } from './remedy.ts'

/** With conntrack's own events: a program deleted these entries, and what came next was led to a server anew. */
export function byTheEvents(of: Case): Finding[] | undefined {
  const all = sceneOf(of, 'translated', 'word', 'probe')
  const deleted = all?.losses.flatMap(loss => deletedAt(of, loss) ?? []) ?? []
  const moments = deleted.map(({ at }) => ({ from: at, to: at }))
  // Only some flows were asked about: the others were silent at the same moment.
  const scene = all && withLosses(all, moments.length > 0 ? all.losses.filter(loss => spans(loss, moments)) : [])
  if (!scene) return undefined
  const times = deleted.map(({ at }) => at)
  const between = { from: Math.min(...times), to: Math.max(...times) }
  const by = [...new Set(deleted.map(each => each.by))].join(', ')
  const count = scene.losses.length + sparedAt(scene, between).size
  return [
    findingOf(scene, {
      says: `${scene.losses.length} of ${count} connections were reset by their next word, whatever their silence (${spansOf(scene.losses.map(({ quietMs }) => quietMs))}): ${by} had deleted their entries on the node, and each next packet was led to a server anew.`,
      confidence: { level: 'proven', because: `conntrack told of each deletion, and that ${by} asked for it` },
      control: controlOf(scene),
      all: count,
      also: alsoLost(scene, moments),
      evidence: [
        {
          source: 'node conntrack-events',
          at: between.from,
          says: `the entries of ${deleted.length} of them were deleted by ${by}`,
        },
        ...deletionsIn(of, between).map(({ at, by, count }) => ({
          source: 'node conntrack-events',
          at,
          says: `${by} deleted ${count} entries or more within a second`,
        })),
      ],
      ruledOut: {
        'conntrack-expiry': 'the entries did not go by themselves',
        'peer-restarted': areThere(scene) && thereWords(scene),
      },
      node: '',
      remedy: remedy(by),
    }),
  ]
}
