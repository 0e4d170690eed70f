import { z } from 'zod'
import type { Node, Pod } from './kept.ts'
import { addressesOf, keyOf, meta, name, timeOf } from './words.ts'

const time = z.string().nullish()
const conditions = z.array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: time })).nullish()

const container = z.object({
  restartCount: z.number().nullish(),
  state: z.object({ running: z.object({ startedAt: time }).nullish() }).nullish(),
  lastState: z
    .object({
      terminated: z
        .object({ reason: z.string().max(256).nullish(), exitCode: z.number().nullish(), finishedAt: time })
        .nullish(),
    })
    .nullish(),
})
type Container = z.output<typeof container>

const pod = z.object({
  metadata: meta,
  spec: z.object({ nodeName: name.nullish() }),
  status: z
    .object({
      podIP: z.string().nullish(),
      podIPs: z.array(z.object({ ip: z.string().nullish() })).nullish(),
      startTime: time,
      conditions,
      containerStatuses: z.array(container).nullish(),
    })
    .nullish(),
})

export function parsePod(object: unknown): Pod | undefined {
  const { data } = pod.safeParse(object)
  if (!data) return undefined
  const { metadata, spec, status } = data
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  const containers = status?.containerStatuses ?? []
  return {
    key: keyOf(metadata),
    uid: metadata.uid ?? '',
    addresses: addressesOf([...(status?.podIPs ?? []).map(({ ip }) => ip), status?.podIP]),
    ...(spec.nodeName && { node: spec.nodeName }),
    ready: ready?.status === 'True',
    ...timeOf('readySince', ready?.lastTransitionTime),
    terminating: typeof metadata.deletionTimestamp === 'string',
    ...timeOf('startedAt', status?.startTime),
    restarts: containers.reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0),
    ...lastRestart(containers),
  }
}

/** Of the container that restarted last. */
function lastRestart(containers: readonly Container[]): Pick<Pod, 'restartedAt' | 'lastEnd'> {
  const [latest] = containers
    .filter(({ restartCount }) => (restartCount ?? 0) > 0)
    .map(({ state, lastState }) => ({
      ...timeOf('restartedAt', state?.running?.startedAt),
      ended: lastState?.terminated,
    }))
    .sort((a, b) => (b.restartedAt ?? 0) - (a.restartedAt ?? 0))
  if (!latest) return {}
  const { ended, ...restarted } = latest
  if (!ended) return restarted
  const { reason, exitCode } = ended
  const lastEnd = {
    ...timeOf('at', ended.finishedAt),
    ...(reason && { reason }),
    ...(typeof exitCode === 'number' && { exitCode }),
  }
  return { ...restarted, lastEnd }
}

const node = z.object({
  metadata: meta,
  spec: z.object({ unschedulable: z.boolean().nullish() }).nullish(),
  status: z
    .object({ conditions, addresses: z.array(z.object({ type: z.string(), address: z.string() })).nullish() })
    .nullish(),
})

export function parseNode(object: unknown): Node | undefined {
  const { data } = node.safeParse(object)
  if (!data) return undefined
  const ready = data.status?.conditions?.find(({ type }) => type === 'Ready')
  return {
    key: keyOf(data.metadata),
    addresses: addressesOf((data.status?.addresses ?? []).map(({ address }) => address)),
    ready: ready?.status === 'True', // `Unknown` is what a node gets that went silent
    ...timeOf('since', ready?.lastTransitionTime),
    cordoned: data.spec?.unschedulable ?? false,
  }
}
