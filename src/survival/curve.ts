import { curveOf, type Step } from '../stats/survival.ts'
import type { Bin, Bins } from './bins.ts'
import { beginOf } from './edges.ts'

/** Kaplan and Meier's survival curve of silences, ages in ms; as exact as the bins are narrow. */
export const curveIn = (bins: Bins): Step[] =>
  curveOf(
    [...bins].map(([at, bin]) => ({
      age: ageOf(at, bin),
      died: bin.found + bin.cut,
      survived: bin.survived + bin.unseen,
    })),
  )

/** The shortest that was fatal; without one, the longest that was survived. */
function ageOf(at: number, { shortestFound, shortestCut, longestSurvived }: Bin): number {
  const fatal = [shortestFound, shortestCut].filter(ms => ms > 0)
  if (fatal.length > 0) return Math.min(...fatal)
  return longestSurvived > 0 ? longestSurvived : beginOf(at)
}
