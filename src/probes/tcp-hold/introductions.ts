import type { Identity } from '../../outcome/identity.ts'

/** Most different peers remembered: more are kept with their connection only. */
const most = 1024

/** Gives one object for all connections of the same peer: thousands of them say hello in the same words. */
export function introductions(): (peer: Identity) => Identity {
  const known = new Map<string, Identity>()
  return peer => {
    const key = `${peer.instance} ${peer.pod} ${peer.node} ${peer.ip}`
    const before = known.get(key)
    if (before) return before
    const oldest = known.keys().next()
    if (known.size >= most && !oldest.done) known.delete(oldest.value)
    known.set(key, peer)
    return peer
  }
}
