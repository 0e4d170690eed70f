import { z } from 'zod'

/** What the agent answers with. What a source says is checked by its own schema, on the asking side. */
export interface AgentAnswer {
  readonly version: string
  readonly node: string
  /** Epoch ms. */
  readonly at: number
  readonly readings: Readonly<Record<string, unknown>>
}

/** What comes from an agent. Readings are read one by one: a broken one does not take the others along. */
export const agentAnswer = z.object({
  version: z.string(),
  node: z.string(),
  at: z.number(),
  readings: z.record(z.string(), z.unknown()),
})

/** Why there is no answer. `you`: the address the asking came from, where it may not ask about these flows. */
export const agentRefusal = z.object({ error: z.string(), you: z.string().optional() })

/** A `Reading`, whatever its value. */
export const agentReading = z.union([
  z.object({ at: z.number(), absent: z.string() }),
  z.object({ at: z.number(), value: z.unknown() }),
])
