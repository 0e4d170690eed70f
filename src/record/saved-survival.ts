import { z } from 'zod'
import { savedTime } from './saved-time.ts'
import { paths as pathNames } from '../outcome/observation.ts'
import { type Bin, binFields } from '../survival/bins.ts'
import { edgesMs } from '../survival/edges.ts'
import type { Change } from '../survival/change.ts'
import { type Member, mostPaths, type Paths } from '../survival/paths.ts'
import { newPath, type OfPath, type PathTally } from '../survival/series.ts'

const keepalive = z.union([
  z.literal(['off', 'unknown']),
  z.object({ idleS: z.number(), intervalS: z.number(), count: z.number() }),
])
const speaker = z.enum(['client', 'server'])
const of = { kind: z.string(), path: z.enum(pathNames), speaker, keepalive }
const binNumber = z.int().min(0).max(edgesMs.length)

/** Survival curves as a checkpoint keeps them. A bin is its number, then its counts in the order of `binFields`. */
export const savedSurvival = z.object({
  members: z.array(z.object({ ...of, cohort: z.string() })),
  paths: z
    .array(
      z.object({
        ...of,
        current: z.boolean(),
        cohorts: z.array(z.string()),
        longestMs: z.number(),
        rounds: z.array(z.tuple([binNumber, z.number().nullable(), z.number().nullable()])),
        slices: z.array(
          z.object({
            from: z.number(),
            to: z.number(),
            level: z.int().min(0),
            bins: z.array(
              z
                .tuple([binNumber])
                .rest(z.number())
                .refine(row => row.length === binFields.length + 1),
            ),
          }),
        ),
        change: z.looseObject({ became: z.enum(['shorter', 'longer']), after: z.number(), by: savedTime }).optional(),
      }),
    )
    .max(2 * mostPaths),
})
type Saved = z.output<typeof savedSurvival>
type SavedPath = Saved['paths'][number]

export const saveSurvival = ({ tallies, members }: Paths): Saved => ({
  members: [...members].map(({ kind, cohort, path, keepalive, speaker }) => ({
    kind,
    cohort,
    path,
    speaker,
    keepalive: keepalive ?? 'off',
  })),
  paths: [...tallies].map(save),
})

export function loadSurvival({ members, paths }: Saved): readonly [PathTally[], Member[]] {
  return [paths.map(load), members.map(each => ({ ...each, ...ofSaved(each), cohort: each.cohort }))]
}

function save({ of, current, cohorts, window, change }: PathTally): SavedPath {
  return {
    ...of,
    keepalive: of.keepalive ?? 'off',
    current,
    cohorts: [...cohorts],
    longestMs: window.longestMs,
    rounds: [...window.rounds].map(([at, { survivedAt, diedAt }]) => [at, time(survivedAt), time(diedAt)]),
    slices: window.slices.map(({ from, to, level, bins }) => ({
      from,
      to,
      level,
      bins: [...bins].map(([at, bin]) => [at, ...binFields.map(field => bin[field])] as [number, ...number[]]),
    })),
    change: change as SavedPath['change'],
  }
}

function load(saved: SavedPath): PathTally {
  const { current, cohorts, longestMs, rounds, slices, change } = saved
  return {
    ...newPath(ofSaved(saved)),
    current,
    cohorts: [...cohorts],
    window: {
      longestMs,
      rounds: new Map(
        rounds.map(([at, survivedAt, diedAt]) => [
          at,
          { survivedAt: survivedAt ?? -Infinity, diedAt: diedAt ?? -Infinity },
        ]),
      ),
      slices: slices.map(slice => ({ ...slice, bins: new Map(slice.bins.map(binOfRow)) })),
    },
    change: change as Change | undefined, // JSON of what `save` wrote
  }
}

const binOfRow = ([at, ...counts]: readonly [number, ...number[]]): [number, Bin] => [
  at,
  Object.fromEntries(binFields.map((field, i) => [field, counts[i] ?? 0])) as Bin, // fromEntries forgets the keys
]

const ofSaved = ({ kind, path, speaker, keepalive }: Pick<SavedPath, keyof OfPath>): OfPath => ({
  kind,
  path,
  speaker,
  keepalive: keepalive === 'off' ? undefined : keepalive,
})

/** JSON has no infinity: there was no such round. */
const time = (at: number): number | null => (at === -Infinity ? null : at)
