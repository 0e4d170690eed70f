import type { Grounds } from './grounds.ts'
import type { EvidenceLine, Family, Level, Verdict } from '../outcome/verdict.ts'
import type { Case, Symptom } from './case.ts'

/** What a rule has found in a case. */
export interface Finding {
  /** Which form of the mechanism: `server-first`, `egress`. */
  readonly variant?: string
  /** One sentence with the numbers of this case. */
  readonly says: string
  readonly planned?: true
  /** The symptoms it explains: those very objects of the case. */
  readonly explains: readonly Symptom[]
  /** How many could have met it: connections spoken to, questions asked. */
  readonly of: number
  readonly exposureMs?: number
  /** Only the family is sure: the verdict is named after it, not after the rule. */
  readonly only?: 'family'
  readonly confidence: { readonly level: Level; readonly because: string }
  readonly evidence: readonly EvidenceLine[]
  readonly ruledOut: Verdict['ruledOut']
  readonly missing: Verdict['missing']
  readonly remedy: readonly string[]
}

/** One mechanism and how it is recognised: from a case to findings, or silence. */
export interface Rule {
  /** The folder's name: what people type after `longhold explain`. */
  readonly name: string
  /** A few words for tables. */
  readonly title: string
  readonly family: Family
  /** Pure. Empty unless it knows. */
  judge(of: Case): readonly Finding[]
  /** Pure. What is seen by now contradicts the evidence that it stood on: an open verdict of it is taken back, however sure. */
  isRefuted?(of: Case): boolean
  /** Pure. Whoever met it is well again: that ends a verdict which has been quiet for a while before its rate would. */
  isCured?(grounds: Grounds, of: Case): boolean
}

export const defineRule = (rule: Rule): Rule => rule
