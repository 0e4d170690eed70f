import type { z } from 'zod'

/**
 * What one source can tell: its name and the shape of its facts. Pure, so that rules may import it. Facts also come from
 * an agent of another version, or from one that lies: whatever reads a case parses them with `schema` first.
 */
export interface Facts<T> {
  readonly name: string
  readonly schema: z.ZodType<T>
}

export const defineFacts = <T>(name: string, schema: z.ZodType<T>): Facts<T> => ({ name, schema })

/** The facts of a source, as its author wrote them. */
export type FactsOf<F> = F extends Facts<infer T> ? T : never
