import { recorder } from '../recorder.ts'
import type { Snapshot } from '../snapshot.ts'
import { type Replayed, replay } from './replay.ts'
import { segmentsIn } from './walk.ts'

/** A journal, read back. */
export interface Read extends Replayed {
  readonly snapshot: Snapshot
}

/**
 * Reads the journal in `dir` without touching it; a process may be writing to it meanwhile.
 * Problem when there is none.
 */
export async function readJournal(dir: string): Promise<Read> {
  const into = recorder()
  const replayed = await replay(dir, await segmentsIn(dir), into)
  return { snapshot: into.snapshot(), ...replayed }
}
