/** Why something could not be read: the system's own word where it has one. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error))
  if ('code' in error && error.code === 'ENOENT') return 'not there (ENOENT)'
  return 'code' in error && typeof error.code === 'string' ? error.code : oneLine(error.message)
}

/** The first line, cut where people would stop to read. */
export const oneLine = (text: string): string => (text.trim().split('\n')[0] ?? '').slice(0, 300)
