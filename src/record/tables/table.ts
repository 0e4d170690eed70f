export type Tone = 'good' | 'warn' | 'bad' | 'dim'

/** One thing to read in a table. */
export interface Cell {
  readonly text: string
  readonly tone?: Tone
}

export interface Column {
  readonly name: string
  readonly align: 'left' | 'right'
  /** May be narrowed and broken over lines where there is too little room. */
  readonly flexible?: true
}

/** Rows for people: the same on the terminal, on the page and in the report. */
export interface Table {
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
  /** What to say when there are no rows. */
  readonly empty: string
}

export const left = (name: string): Column => ({ name, align: 'left' })
export const right = (name: string): Column => ({ name, align: 'right' })
export const flexible = (name: string): Column => ({ name, align: 'left', flexible: true })

export const plain = (text: string): Cell => ({ text })
export const toned = (text: string, tone: Tone | undefined): Cell => (tone ? { text, tone } : { text })
export const nothing: Cell = { text: '-', tone: 'dim' }
