import { silenceOf } from '../../settings/fields.ts'
import type { Hello } from '../../wire/hello.ts'
import type { World } from '../kind.ts'
import type { Held } from './held.ts'
import type { Cohort } from './settings.ts'

/** What is said first on a connection: of a range the server hears the longest silence, as only then is somebody overdue. */
export const helloOf = (
  { id, index }: Held,
  { name, path, idle, deadline }: Cohort,
  { identity, random }: Pick<World, 'identity' | 'random'>,
): Hello => ({
  id,
  cohort: name,
  path,
  speaker: 'client',
  idleMs: idle.kind === 'range' ? [idle.maxMs] : [silenceOf(idle, index, random)],
  deadlineMs: deadline,
  from: identity,
})
