import { Absent } from '../source.ts'

/** What could be read, or nothing. */
export const ifThere = <T>(reading: Promise<T>): Promise<T | undefined> =>
  reading.catch((error: unknown) => {
    if (error instanceof Absent) return undefined
    throw error
  })

/** A folder that is not there is an empty one; what is in one that may not be read is not known. */
export function nothingThere(error: unknown): readonly string[] | undefined {
  if (!(error instanceof Absent)) throw error
  return /ENOENT|ENOTDIR/.test(error.message) ? [] : undefined
}
