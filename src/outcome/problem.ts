/** Something the operator has to mend: its message is one sentence that names the place and the fix. */
export class Problem extends Error {
  override readonly name = 'Problem'
  /** 2 for a mistake in what was written, 1 for a machine that cannot do it. */
  readonly exitCode: 1 | 2

  constructor(sentence: string, exitCode: 1 | 2 = 1) {
    super(sentence)
    this.exitCode = exitCode
  }
}
