import { fits } from './proportion.ts'

/** The most backends that are told apart: from 16 to 17 the shares below differ by less than anybody can count. */
const mostBackends = 16

/** Numbers of backends N, rising, for which so many failures are no surprise. */
export interface Plausible {
  /** (N−1)/N fail: the entry expired, the next packet picks a backend afresh and finds its own once in N times. */
  readonly repicked: readonly number[]
  /** 1/N fail: one of N is dead. */
  readonly oneDead: readonly number[]
}

/** Which numbers of backends explain `failures` of `picks`, each pick for itself: those not rejected at `alpha`. */
export const plausibleBackends = (failures: number, picks: number, alpha = 0.01): Plausible => ({
  repicked: backends.filter(n => fits(failures, picks, (n - 1) / n, alpha)),
  oneDead: backends.filter(n => fits(failures, picks, 1 / n, alpha)),
})

const backends = Array.from({ length: mostBackends }, (_, i) => i + 1)
