import { z } from 'zod'

/** The last moment a `Date` can be, epoch ms (ECMA-262 21.4.1.1): what lies beyond has no calendar, and cannot be printed. */
const last = 8.64e15

/** A moment in a journal, epoch ms. Who wrote the file may have written anything. */
export const savedTime = z.number().min(-last).max(last)
