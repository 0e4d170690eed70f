/** What a bare `longhold` does. */
const usual = 'pair'

/** The arguments with a command in front: flags alone belong to the usual one, but for those of longhold itself. */
export function withCommand(args: readonly string[]): string[] {
  const [first] = args
  const own = first !== undefined && (!first.startsWith('-') || ['-h', '--help', '-V', '--version'].includes(first))
  return own ? [...args] : [usual, ...args]
}
