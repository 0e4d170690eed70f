/** What one dashboard shows. `grafana.ts` makes it what Grafana imports. */
export interface Board {
  /** Of the file and, after `longhold-`, of the dashboard for good: links lead there. */
  readonly name: string
  readonly title: string
  readonly description: string
  readonly rows: readonly Row[]
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface Panel {
  readonly kind: 'stat' | 'lines' | 'bars' | 'heatmap' | 'table'
  readonly title: string
  /** What it shows, and what it means when it moves. */
  readonly description: string
  /** Grafana's name of a unit. */
  readonly unit: string
  readonly queries: readonly Query[]
  /** Of 24. */
  readonly width: number
  readonly height?: number
  /** Shown in place of a panel without data: mostly good news. */
  readonly noData: string
  readonly decimals?: number
  /** A value from which on it is drawn in red. */
  readonly alarmAt?: number
  /** Where a cell or a line leads; `${__field.labels.verdict}` and the like are filled in. */
  readonly link?: { readonly title: string; readonly url: string }
}

export interface Query {
  readonly expr: string
  /** `{{label}}` is filled in. */
  readonly legend: string
}

/** Where series come from. Prometheus sets these labels where its targets have them; ".*" also matches one that is not there. */
const scope = 'cluster=~"$cluster",namespace=~"$namespace",node=~"$node"'

/** The series of a metric in what the variables choose. */
export const of = (metric: string, matchers = ''): string =>
  `${metric}{${scope}${matchers === '' ? '' : `,${matchers}`}}`

/** The same of the chosen cohorts, as the clients see them. */
export const held = (metric: string, matchers = ''): string =>
  of(metric, `side="client",cohort=~"$cohort"${matchers === '' ? '' : `,${matchers}`}`)

/** An end that nobody planned. */
export const unplanned = 'planned="false",fate!~"ok|cancelled"'
