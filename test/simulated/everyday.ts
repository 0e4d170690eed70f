import type { Simulation } from './simulation.ts'
import { hours } from './usual.ts'

/** A name that many ask for and nobody has: search domains see to that. */
export const nobodysName = 'kubernetes.default.svc.cluster.local.default.svc.cluster.local'

/** What happens in every cluster every day and means nothing. */
export function everyday({ time, stage: { chance }, dns, unrest }: Simulation): void {
  const nowAndThen = (mean: number, happens: () => void): void => {
    time.after(chance.wait(mean), () => {
      happens()
      nowAndThen(mean, happens)
    })
  }
  // Garbage collection; a neighbour that takes the core; a virtual machine that is moved.
  nowAndThen(hours, () => unrest.stall(chance.between(110, 600)))
  nowAndThen(10 * hours, () => unrest.stall(chance.between(1500, 7000)))
  nowAndThen(9 * hours, () => unrest.jump(chance.between(-3000, 3000)))
  let failing = false
  nowAndThen(20 * hours, () => {
    failing = true
    time.after(900, () => (failing = false))
  })
  let slowUntil = -Infinity
  nowAndThen(12 * hours, () => (slowUntil = time.now() + chance.between(2000, 8000)))
  dns.late = () => {
    if (time.now() < slowUntil) return chance.between(50, 2500)
    return chance.hits(2e-4) ? chance.between(100, 5500) : chance.between(0.4, 4)
  }
  dns.rcode = name => (failing ? 'SERVFAIL' : name === nobodysName ? 'NXDOMAIN' : 'NOERROR')
}
