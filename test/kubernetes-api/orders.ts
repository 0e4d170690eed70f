import { z } from 'zod'
import { resourceNames } from './resources.ts'
import type { ApiServer } from './server.ts'
import type { Thing } from './thing.ts'

const times = z.object({ times: z.number(), retryAfterS: z.number().default(1), code: z.number().default(500) })
const rule = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
  namespace: z.string().optional(),
})

/** What a stand-in in a process of its own is told, one JSON object a line. */
const order = z.union([
  z.strictObject({ put: z.array(z.custom<Thing>(each => typeof each === 'object')) }),
  z.strictObject({
    delete: z.object({ resource: z.enum(resourceNames), name: z.string(), namespace: z.string().optional() }),
  }),
  z.strictObject({ do: z.enum(['drop', 'compact']) }),
  z.strictObject({
    conduct: z
      .strictObject({
        tokens: z.record(z.string(), z.string()).transform(each => new Map(Object.entries(each))),
        rules: z
          .array(rule)
          .transform(each => each.map(({ namespace, ...rest }) => ({ ...rest, ...(namespace && { namespace }) }))),
        gone: z.enum(['event', 'status']),
        mute: z.boolean(),
        deaf: z.boolean(),
        throttle: times,
        fail: times,
        bookmarkMs: z.number(),
        without: z.array(z.string()),
      })
      .partial(),
  }),
])

/** Does what a line says. Throws at one it does not understand. */
export function obey(server: ApiServer, line: string): void {
  const told = order.parse(JSON.parse(line))
  if ('put' in told) server.store.put(...told.put)
  else if ('delete' in told) server.store.delete(told.delete.resource, told.delete.name, told.delete.namespace)
  else if ('conduct' in told) Object.assign(server.conduct, told.conduct)
  else if (told.do === 'drop') server.drop()
  else server.store.compact()
}
