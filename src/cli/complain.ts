import type { Problem } from '../outcome/problem.ts'

/** Tells the operator what to mend: a sentence a line, each with our name in front, on stderr. Never a stack trace. */
export function complain({ message }: Problem): void {
  process.stderr.write(`${message.replace(/^/gm, 'longhold: ')}\n`)
}
