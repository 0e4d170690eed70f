/** A path into the configuration: `['probes', 0, 'idle']`. */
export type Path = readonly PropertyKey[]

/** One thing the operator has to mend. */
export interface Mistake {
  readonly path: Path
  /** `expected X, found Y`. */
  readonly sentence: string
}

/** `probes[0].keepalive.idle`, as people point at things; empty for the whole. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? String(step) : `${text}.${String(step)}`
  }, '')
}
