import { mostKept, type NewsOf, type Objects, weightOf } from '../objects/kept.ts'
import type { Kind } from '../resources.ts'
import { nodes } from './nodes.ts'
import { pods } from './pods.ts'
import { services } from './services.ts'
import { relistSlices, slices } from './slices.ts'
import type { Keeper, Moment, State } from './state.ts'

/**
 * The cluster after a piece of news. Same news in, same state out: no clock, no connection. The state is changed in place
 * and returned: a copy of a hundred thousand pods for each event would be too dear.
 */
export function reduce<K extends Kind>(state: State, news: NewsOf<K>): State {
  const { kind, at } = news
  const moment = { at, quiet: news.type === 'listed' && news.isNew }
  if (news.type === 'applied') put(state, kind, news.object, moment)
  else if (news.type === 'deleted') {
    const was = state.known[kind].get(news.key)
    if (was) remove(state, kind, was, moment)
  } else relist(state, news, news.after === undefined ? moment : { ...moment, after: news.after })
  return state
}

const keepers: { readonly [K in Kind]: Keeper<Objects[K]> } = { services, endpointslices: slices, pods, nodes }

function put<K extends Kind>(state: State, kind: K, object: Objects[K], moment: Moment): void {
  const was = state.known[kind].get(object.key)
  const more = weightOf(object) - (was ? weightOf(was) : 0)
  if (more > 0 && state.weight[kind] + more > mostKept) {
    state.cut.add(kind)
    return
  }
  state.weight[kind] += more
  keepers[kind].put(state, object, moment)
}

function remove<K extends Kind>(state: State, kind: K, was: Objects[K], moment: Moment): void {
  state.weight[kind] -= weightOf(was)
  keepers[kind].remove(state, was, moment)
}

/** Everything of a kind anew: what is not among it is gone. */
function relist<K extends Kind>(state: State, news: NewsOf<K> & { type: 'listed' }, moment: Moment): void {
  const { kind, objects, cut } = news
  if (kind === 'endpointslices') {
    relistSlices(state, objects as readonly Objects['endpointslices'][], moment) // of this kind
    state.weight.endpointslices = objects.reduce((sum, each) => sum + weightOf(each), 0)
  } else {
    const keys = new Set(objects.map(({ key }) => key))
    for (const was of state.known[kind].values()) if (!keys.has(was.key)) remove(state, kind, was, moment)
    for (const object of objects) put(state, kind, object, moment)
  }
  state.listed.add(kind)
  if (cut) state.cut.add(kind)
  else state.cut.delete(kind)
}
