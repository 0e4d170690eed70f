/** Where a connection of a cohort goes: to which of its names, and to which of that name's addresses, counted on past the last. */
export interface Place {
  readonly name: number
  readonly turn: number
}

/**
 * The place of the `index`th connection. Each goes to one of the names, so that one that is gone takes none but its own
 * along. Every address gets every rung: else what is wrong with a pod would look like what is wrong with a silence.
 */
export function placeOf(index: number, { rungs, names }: { readonly rungs: number; readonly names: number }): Place {
  const turn = Math.floor(index / rungs)
  return { name: turn % names, turn: Math.floor(turn / names) }
}
