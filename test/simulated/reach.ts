import type { Pod } from './cluster.ts'
import type { Line } from './line.ts'
import { isForgotten, newTrack } from './node.ts'
import { ourIp, remember, type Stage } from './stage.ts'

/** What became of an attempt to connect. */
export type Reach = { readonly is: 'through'; readonly pod: Pod } | { readonly is: 'refused' | 'silence' | 'nameless' }

/** Connects from a port of its own. */
export function connectedTo(stage: Stage, line: Line, path: 'service' | 'pod', port: number): Reach {
  const { node, cluster, time, chance } = stage
  const now = time.now()
  const isDirect = path === 'pod'
  // A headless name has all that are ready, and each connection keeps to its own.
  const track = isDirect
    ? direct(cluster.hold.named[line.index % cluster.hold.named.length], now)
    : newTrack(node, cluster.hold, now, chance)
  const host = isDirect ? track?.backend.identity.ip : cluster.hold.address
  if (host === undefined) return { is: 'nameless' }
  line.flow = { proto: 'tcp', local: `${ourIp}:${stage.newPort()}`, remote: `${host}:${port}` }
  line.crossedAt = now
  delete line.track
  if (node.blocks?.({ proto: 'tcp', isNew: true, to: host })) return { is: 'silence' }
  if (!track) return { is: 'refused' } // no endpoints: a rule says so
  line.track = track
  remember(stage, line.flow, track)
  const { state } = track.backend
  return state === 'up' ? { is: 'through', pod: track.backend } : { is: state === 'silent' ? 'silence' : 'refused' }
}

const direct = (backend: Pod | undefined, now: number) => backend && { backend, madeAt: now, seenAt: now }

/** What the client's packet meets. */
export function fromClient(stage: Stage, line: Line): 'through' | 'reset' | 'silence' {
  const { node, cluster, time, chance } = stage
  const now = time.now()
  const isTranslated = line.flow.remote.startsWith(cluster.hold.address)
  if (node.blocks?.({ proto: 'tcp', isNew: false, to: line.flow.remote })) return 'silence'
  if (isTranslated && line.track && isForgotten(node, line.track, now)) {
    if (node.by === 'ipvs') return 'reset' // the node has the address, and no such connection
    const anew = newTrack(node, cluster.hold, now, chance)
    if (!anew) return 'silence'
    line.track = anew
    remember(stage, line.flow, anew)
    if (anew.backend !== line.pod) return anew.backend.state === 'silent' ? 'silence' : 'reset'
  }
  const crossed = overTheMiddle(stage, line, now)
  if (crossed !== 'through') return crossed
  const { pod, account } = line
  if (!pod || pod.state === 'silent') return 'silence'
  const isKnown = pod.state === 'up' && account?.instance === pod.identity.instance && !account.ending
  if (isKnown && line.track) line.track.seenAt = now
  if (isKnown) line.crossedAt = now
  return isKnown ? 'through' : 'reset'
}

/** What the server's packet meets; `dead`: there is nobody to send one. */
export function fromServer(stage: Stage, line: Line): 'through' | 'reset' | 'silence' | 'dead' {
  const { node, cluster, time } = stage
  const now = time.now()
  const { pod, account, track } = line
  if (pod?.state !== 'up' || account?.instance !== pod.identity.instance) return 'dead'
  if (node.blocks?.({ proto: 'tcp', isNew: false, to: line.flow.remote })) return 'silence'
  const crossed = overTheMiddle(stage, line, now)
  if (crossed !== 'through') return crossed
  const isTranslated = line.flow.remote.startsWith(cluster.hold.address)
  if (isTranslated && track && isForgotten(node, track, now)) return 'reset' // it came from an address nobody called
  if (track) track.seenAt = now
  line.crossedAt = now
  return 'through'
}

function overTheMiddle({ node }: Stage, line: Line, now: number): 'through' | 'reset' | 'silence' {
  const { middlebox } = node
  return middlebox && now - line.crossedAt >= middlebox.ms ? middlebox.does : 'through'
}
