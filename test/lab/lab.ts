import { Problem } from '../../src/outcome/problem.ts'
import { program } from './commands/program.ts'

try {
  await program().parseAsync()
} catch (error) {
  if (!(error instanceof Problem)) throw error
  process.stderr.write(`lab: ${error.message}\n`)
  process.exitCode = error.exitCode
}
