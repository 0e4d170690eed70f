import { z } from 'zod'
import { defineFacts } from '../facts.ts'

/** This process's own cgroup (`cpu.stat`) and pressure (`/proc/pressure/cpu`): was it starved? */
export const cpu = defineFacts(
  'cpu',
  z.object({
    throttledPeriods: z.number().optional(),
    throttledUs: z.number().optional(),
    /** Share of the last 10 s in which something waited for a core, percent. */
    pressure10: z.number().optional(),
  }),
)
