import type { Case, Death } from '../case.ts'
import { lossesOf } from '../losses.ts'
import { type Weightless, weightlessIn } from '../weightless.ts'

/** A connection that went silent, and the real server of weight 0 it was with. */
export interface Held {
  readonly death: Death
  readonly ghost: Weightless
}

/** An entry outlives the socket: a retransmission or a FIN keeps it for two minutes more, ms. */
const entryMs = 120_000

/** Connections of which nothing was acknowledged any more, by what IPVS had of them. */
export const heldIn = (of: Case): readonly Held[] =>
  lossesOf(of)
    .filter(({ manner }) => manner === 'silence')
    .flatMap(({ death, brokenAt, quietMs }) => {
      const { flow, peer } = death
      if (!flow) return []
      const meanwhile = { from: brokenAt - quietMs, to: death.at + entryMs }
      const ghost = weightlessIn(of, flow, meanwhile, peer?.ip).at(-1)
      return ghost ? [{ death, ghost }] : []
    })
