import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { boards } from '../../dashboards/boards.ts'
import { grafana } from '../../dashboards/grafana.ts'
import { everySeries } from '../series.ts'
import { asPrometheusSees } from './prometheus.ts'

const folder = new URL('../../dashboards/', import.meta.url)
const series = everySeries()
/** Set by Prometheus on what it scrapes, or made by the scrape itself. */
const ofTargets = ['cluster', 'namespace', 'node', 'instance', 'job']
const ofScrapes = new Map([['scrape_duration_seconds', { type: 'gauge', labels: [] as string[] }]])

test('every board is committed as "npm run dashboards" writes it, and nothing else is', () => {
  expect(new Set(globSync('*.json', { cwd: folder }))).toEqual(new Set(boards.map(({ name }) => `${name}.json`)))
  for (const board of boards)
    expect(readFileSync(new URL(`${board.name}.json`, folder), 'utf8')).toBe(
      `${JSON.stringify(grafana(board), null, 2)}\n`,
    )
})

describe.each(boards)('$name', board => {
  const { panels = [], uid, templating } = grafana(board)
  const drawn = panels.flatMap(panel => ('fieldConfig' in panel ? [panel] : []))
  const queries = board.rows.flatMap(row =>
    row.panels.flatMap(({ title, queries: all }) => all.map(query => ({ title, ...query }))),
  )

  test('asks only the data source that people choose, for clusters, namespaces, nodes and cohorts they choose', () => {
    expect(uid).toBe(`longhold-${board.name}`)
    expect(templating?.list?.map(({ name }) => name)).toEqual(['datasource', 'cluster', 'namespace', 'node', 'cohort'])
    const sources = [...JSON.stringify(grafana(board)).matchAll(/"datasource":\{[^}]*"uid":"([^"]*)"/g)]
    expect(new Set(sources.map(([, source]) => source))).toEqual(new Set(['${datasource}']))
  })

  test('every panel says what it shows and what it is without data, has an id for good, and lies beside the others', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { title, description = '', fieldConfig } of drawn) {
      expect([title, description.length > 10]).toEqual([title, true])
      expect([title, (fieldConfig?.defaults.noValue ?? '').length > 3]).toEqual([title, true])
      expect([title, (fieldConfig?.defaults.unit ?? '').length > 0]).toEqual([title, true])
    }
    const cells = panels.flatMap(({ gridPos }) => {
      const { x, y, w, h } = gridPos ?? { x: 0, y: 0, w: 0, h: 0 }
      return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`)
    })
    expect(new Set(cells).size).toBe(cells.length)
    for (const { gridPos } of panels) expect((gridPos?.x ?? 0) + (gridPos?.w ?? 0)).toBeLessThanOrEqual(24)
  })

  test.each(queries)('$title: $legend asks for metrics that exist, with labels they have', ({ expr, legend }) => {
    const selectors = [...expr.matchAll(/\b([a-z_]+)\{([^}]*)\}/g)]
    expect(selectors.length).toBeGreaterThan(0)
    const labels = new Set(ofTargets)
    for (const [, name = '', matchers = ''] of selectors) {
      const metric = series.get(name) ?? ofScrapes.get(name)
      expect([name, metric !== undefined]).toEqual([name, true])
      for (const label of metric?.labels ?? []) labels.add(label)
      const asked = [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)"/g)].map(([, label]) => label)
      for (const label of asked) expect([...ofTargets, ...(metric?.labels ?? [])]).toContain(label)
    }
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, all = '']) => all.split(', '))
    const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? '')
    for (const label of [...grouped, ...shown]) expect([...labels]).toContain(label)
    for (const label of shown) expect(grouped).toContain(label) // or the legend has a hole
  })

  test.each(queries)('$title: $legend rates counters, and only those', ({ expr }) => {
    const rated = [...expr.matchAll(/\b(?:rate|increase)\(([a-z_]+)/g)].map(([, name = '']) => name)
    for (const [, name = ''] of expr.matchAll(/\b([a-z_]+)\{/g)) {
      const { type } = series.get(name) ?? ofScrapes.get(name) ?? { type: 'gauge' }
      expect([name, rated.includes(name)]).toEqual([name, type !== 'gauge'])
    }
  })

  test('Prometheus understands every query', () => {
    const rules = queries.map(({ expr }, i) => ({ record: `q:${i}`, expr: asPrometheusSees(expr) }))
    const made = mkdtempSync(join(tmpdir(), 'longhold-rules-'))
    writeFileSync(join(made, 'rules.yaml'), JSON.stringify({ groups: [{ name: board.name, rules }] })) // JSON is YAML
    const said = execFileSync('promtool', ['check', 'rules', join(made, 'rules.yaml')], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
    rmSync(made, { recursive: true })
    expect(said).toContain('SUCCESS')
  })
})
