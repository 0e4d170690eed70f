/**
 * Which of a cohort's connections one of several processes holds: of all indices every `of`th, from the `nth` (from 0) on. An index stays what it is,
 * so that rungs, addresses and the spread of the first connects are those of one process that holds them all.
 */
export interface Share {
  readonly nth: number
  readonly of: number
}

/** All of them: there is one process. */
export const whole: Share = { nth: 0, of: 1 }

/** How many of `count` fall to a share. */
export const countIn = (count: number, { nth, of }: Share): number => Math.max(0, Math.ceil((count - nth) / of))

/** The indices, of `count` from 0 on, that fall to a share. */
export const indicesIn = (count: number, share: Share): readonly number[] =>
  Array.from({ length: countIn(count, share) }, (_, turn) => share.nth + turn * share.of)
