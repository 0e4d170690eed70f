import { Problem } from '../../outcome/problem.ts'
import { recorder } from '../recorder.ts'
import type { Snapshot } from '../snapshot.ts'
import { reasonOf } from './reasons.ts'
import { type Replayed, replay } from './replay.ts'
import { findSegments } from './segment.ts'

/** A journal, read back. */
export interface Read extends Replayed {
  readonly snapshot: Snapshot
}

/**
 * Reads the journal in `dir` without touching it; a process may be writing to it meanwhile.
 * Problem when there is none.
 */
export async function readJournal(dir: string): Promise<Read> {
  const segments = await findSegments(dir).catch((error: unknown) => {
    throw new Problem(`cannot read the journal in ${dir}: ${reasonOf(error)}; ${hint}`)
  })
  if (segments.length === 0)
    throw new Problem(`there is no journal in ${dir}: no file is named journal-*.jsonl; ${hint}`)
  const into = recorder()
  const replayed = await replay(dir, segments, into)
  return { snapshot: into.snapshot(), ...replayed }
}

const hint = 'name the directory that was given as --journal'
