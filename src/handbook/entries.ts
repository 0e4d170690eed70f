import { rules } from '../diagnosis/index.ts'
import { families, type Family } from '../outcome/verdict.ts'

/** One name a verdict can have. */
export interface Entry {
  readonly name: string
  /** A few words. */
  readonly title: string
  readonly family: Family
  /** A mechanism; or a family, for when its mechanisms cannot be told apart. */
  readonly what: 'mechanism' | 'family'
}

/** Every name there is: the mechanisms in the order of their registry, then the families, `unexplained` among them. */
export const entries: readonly Entry[] = [
  ...rules.map(({ name, title, family }) => ({ name, title, family, what: 'mechanism' }) as const),
  ...(Object.keys(families) as Family[]) // `keys` forgets which
    .map(family => ({ name: family, title: families[family], family, what: 'family' }) as const),
]

/** The entry of a name, of a verdict's id such as `conntrack-expiry-1`, or of a name and its form: `snat-missing (egress)`, `snat-missing/egress`. */
export const entryOf = (name: string): Entry | undefined =>
  entries.find(each => each.name === name) ?? entries.find(each => each.name === name.replace(/-\d+$| ?[/(].*$/s, ''))
