import type { Share } from './share.ts'

/** Where a connection of a cohort goes: to which of its names, and which of that name's turns it is. A turn has one address at a time. */
export interface Place {
  readonly name: number
  readonly turn: number
}

/** How a cohort's connections are shared out: so many, of so many rungs, over so many names. */
export interface Layout {
  readonly connections: number
  readonly rungs: number
  readonly names: number
}

/**
 * The place of the `index`th connection. Each goes to one of the names, so that one that is gone takes none but its own
 * along. Every address gets every rung: else what is wrong with a pod would look like what is wrong with a silence.
 */
export function placeOf(index: number, { rungs, names }: Omit<Layout, 'connections'>): Place {
  const turn = Math.floor(index / rungs)
  return { name: turn % names, turn: Math.floor(turn / names) }
}

/** How many turns a name has. */
export const turnsOf = (name: number, { connections, rungs, names }: Layout): number =>
  Math.max(0, Math.ceil((Math.ceil(connections / rungs) - name) / names))

/** Whether any connection of a place falls to a share. */
export function isIn({ nth, of }: Share, { name, turn }: Place, { connections, rungs, names }: Layout): boolean {
  const first = (turn * names + name) * rungs
  const ours = first + ((((nth - first) % of) + of) % of)
  return ours < Math.min(first + rungs, connections)
}
