import type { Measured } from '../survival/change.ts'
import type { Timeout } from '../survival/timeout.ts'
import type { SurvivalSeries } from './survival.ts'

/** A survival curve for programs: units in the names, names ending in `At` are epoch ms, `null` where nothing is known. */
export function survivalJson(series: SurvivalSeries) {
  const { of, current, cohorts, since, until, silences, survivedMs, timeout, change, recommended, curve } = series
  return {
    ...of,
    keepalive: of.keepalive ?? 'off',
    current,
    cohorts,
    firstAt: since,
    lastAt: until,
    silences: { survived: silences.survived, died: silences.died, givenUp: silences.unseen },
    longestSurvivedS: survivedMs / 1000,
    timeout: timeoutJson(timeout),
    recommendedKeepalive: recommended ?? null,
    change: change
      ? {
          became: change.became,
          between: { fromAt: change.after, toAt: change.by },
          before: measuredJson(change.before),
          now: measuredJson(change.now),
          chance: change.chance,
        }
      : null,
    curve: curve.map(({ age, atRisk, deaths, survival, low, high }) => ({
      ageS: age / 1000,
      atRisk,
      died: deaths,
      survival,
      low,
      high,
    })),
  }
}

const measuredJson = ({ survivedMs, timeout }: Measured) => ({
  longestSurvivedS: survivedMs / 1000,
  timeout: timeoutJson(timeout),
})

/** Above `lowS`, not above `highS`. */
const timeoutJson = (timeout: Timeout | undefined) =>
  timeout
    ? {
        lowS: timeout.lowMs / 1000,
        highS: timeout.highMs / 1000,
        ends: timeout.ends === 'cut' ? 'at the moment of expiry' : 'at the first word',
        diedBeyond: timeout.died,
        beyond: timeout.beyond,
        chance: timeout.chance,
      }
    : null
