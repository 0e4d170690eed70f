import { Option } from 'commander'
import { sourceDeadlineMs } from '../evidence/read.ts'
import { formatDuration } from '../settings/duration.ts'
import { duration } from './typed.ts'

/** `--deadline`, of every command that reads evidence of a node; milliseconds. A node of 20,000 Services takes seconds to print its rules. */
export const deadlineOption = (): Option =>
  new Option('--deadline <time>', 'what each source of evidence may take')
    .default(sourceDeadlineMs, formatDuration(sourceDeadlineMs))
    .argParser(duration('--deadline', 100, 60_000))
