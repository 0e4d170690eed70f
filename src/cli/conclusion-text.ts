import type { KeptVerdict } from '../record/verdicts.ts'
import { type Paint, printable, textOf } from '../record/tables/text.ts'
import { titleOf, verdictsTable } from '../record/tables/verdicts.ts'
import type { Conclusion } from './conclusion.ts'

/** What a round found, for people: the verdicts as a table, then what to do about each. */
export function conclusionText(
  { verdicts, sentence }: Conclusion,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): string {
  const table = verdicts.length > 0 ? [textOf(verdictsTable({ verdicts }, verdicts.length), { width, paint })] : []
  const remedies = verdicts.filter(({ remedy }) => remedy.length > 0).map(remedyText)
  return [...table, ...remedies, `${sentence}\n`].join('\n')
}

const remedyText = (verdict: KeptVerdict): string =>
  `${titleOf(verdict)}: what to do (longhold explain ${verdict.name} says more)\n${verdict.remedy.map(line => `  ${printable(line)}\n`).join('')}`
