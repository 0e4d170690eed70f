import type { Change } from '../facts.ts'
import type { Node } from '../objects/kept.ts'
import { type Keeper, type Moment, remember, type State } from './state.ts'

export const nodes: Keeper<Node> = {
  put(state, node, moment) {
    const was = state.known.nodes.get(node.key)
    state.known.nodes.set(node.key, node)
    if (!was) return
    if (node.ready !== was.ready) tell(state, node, moment, node.ready ? 'node-ready' : 'node-unready')
    if (node.cordoned !== was.cordoned) tell(state, node, moment, node.cordoned ? 'node-cordoned' : 'node-uncordoned')
  },
  remove(state, node, moment) {
    state.known.nodes.delete(node.key)
    tell(state, node, moment, 'node-gone')
  },
}

const tell = (state: State, { key }: Node, moment: Moment, what: Change['what']): void =>
  remember(state, [key], moment, { what, who: key, node: key })
