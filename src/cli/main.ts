import { Problem } from '../outcome/problem.ts'
import { complain } from './complain.ts'
import { withCommand } from './default-command.ts'
import { program } from './program.ts'

// The entry: imported by bin/longhold.js, or run as it is.
try {
  await program().parseAsync(withCommand(process.argv.slice(2)), { from: 'user' })
} catch (error) {
  if (!(error instanceof Problem)) throw error
  complain(error)
  process.exit(error.exitCode) // what had been begun may still have a timer
}
