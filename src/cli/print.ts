import { Problem } from '../outcome/problem.ts'
import { complain } from './complain.ts'

/** Prints a whole answer. A reader that leaves early, such as `head`, has seen enough: no mistake of anybody. */
export function print(text: string): void {
  const { stdout } = process
  stdout.on('error', error => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0)
    complain(new Problem(`cannot write the answer (${error.message}): make room where it goes, or send it elsewhere.`))
    process.exit(1)
  })
  stdout.write(text)
}
