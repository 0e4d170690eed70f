import type { Case } from '../case.ts'
import { controlOf } from '../control.ts'
import type { Finding } from '../rule.ts'
import { type Scene, sceneOf, withLosses } from '../scene.ts'
import { spans } from '../span.ts'
import { countOf, findingOf } from '../telling.ts'
import { deletedAt, deletionsIn } from '../tracks.ts'
import { remedy } from './remedy.ts'

/** With conntrack's own events: a program deleted these entries, and what came next was led to a server anew. */
export function byTheEvents(of: Case): Finding[] | undefined {
  const all = sceneOf(of, 'translated', 'word', 'probe')
  const moments = all?.losses.flatMap(loss => deletedAt(of, loss) ?? []) ?? []
  const [first] = moments
  if (!all || !first) return undefined
  // Only some flows were asked about: the others were silent at the same moment.
  const scene = withLosses(
    all,
    all.losses.filter(({ brokenAt, quietMs }) => moments.some(({ at }) => brokenAt - quietMs <= at && at <= brokenAt)),
  )
  if (!scene) return undefined
  const times = moments.map(({ at }) => at)
  const deletions = deletionsIn(of, { from: Math.min(...times), to: Math.max(...times) })
  const by = [...new Set(moments.map(each => each.by))].join(', ')
  return [
    findingOf(scene, {
      says: `${countOf(scene)} were reset by their next word, whatever their silence (${spans(scene.losses.map(({ quietMs }) => quietMs))}): ${by} had deleted their entries on the node, and the next packet was led to a server anew.`,
      confidence: { level: 'proven', because: `conntrack told of each deletion, and that ${by} asked for it` },
      control: controlOf(scene),
      evidence: [
        {
          source: 'node conntrack-events',
          at: Math.min(...times),
          says: `the entry of ${moments.length} was deleted by ${by}`,
        },
        ...deletions.map(({ at, by, count }) => ({
          source: 'node conntrack-events',
          at,
          says: `${by} deleted ${count} entries or more within a second`,
        })),
      ],
      ruledOut: ruledOut(scene),
      node: '',
      remedy: remedy(by),
    }),
  ]
}

const ruledOut = (scene: Scene) => ({
  'conntrack-expiry': 'the entries did not go by themselves',
  'peer-restarted':
    scene.losses.some(({ account }) => account?.told === 'alive') && 'the servers still call the connections open',
})
