import type { KeptVerdict } from '../record/verdicts.ts'
import { type Paint, printable, textOf } from '../record/tables/text.ts'
import { titleOf, verdictsTable } from '../record/tables/verdicts.ts'
import { moment } from '../record/tables/words.ts'
import type { Conclusion } from './conclusion.ts'

/** What a round found, for people: the verdicts as a table, then why, and what to do, about each. */
export function conclusionText(
  { verdicts, sentence }: Conclusion,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): string {
  const table = verdicts.length > 0 ? [textOf(verdictsTable({ verdicts }, verdicts.length), { width, paint })] : []
  const each = verdicts
    .filter(({ planned }) => !planned)
    .flatMap(verdict => [whyText(verdict), ...(verdict.remedy.length > 0 ? [remedyText(verdict)] : [])])
  return [...table, ...each, `${sentence}\n`].join('\n')
}

/** The process ends with it, so nobody can look at its page any more: what shows it, what was ruled out, what was missing. */
function whyText(verdict: KeptVerdict): string {
  const { confidence, evidence, ruledOut, missing } = verdict
  const lines = [
    ...evidence.map(({ source, at, says }) => `${moment(at).slice(11)} ${source}: ${says}`),
    ...ruledOut.map(({ what, because }) => `not ${what}: ${because}`),
    ...missing.map(({ what, wouldTell }) => `missing: ${what}, which would tell ${wouldTell}`),
  ]
  return `${titleOf(verdict)}: why (${confidence.level}: ${printable(confidence.because)})\n${lines.map(line => `  ${printable(line)}\n`).join('')}`
}

const remedyText = (verdict: KeptVerdict): string =>
  `${titleOf(verdict)}: what to do (longhold explain ${verdict.name} says more)\n${verdict.remedy.map(line => `  ${printable(line)}\n`).join('')}`
