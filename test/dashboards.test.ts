import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { metrics } from '../src/web/metrics.ts'

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[]
}

const folder = new URL('../dashboards/', import.meta.url)

describe.each(globSync('*.json', { cwd: folder }))('%s', file => {
  const { panels } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { panels: Panel[] }
  const drawn = panels.filter(({ type }) => type !== 'row')
  const queries = drawn.flatMap(({ title, targets = [] }) => targets.map(target => ({ title, ...target })))

  test('every panel says what it shows, asks something, and lies beside the others', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { title, description, targets } of drawn) {
      expect([title, (description ?? '').length > 20]).toEqual([title, true])
      expect([title, targets?.length]).not.toEqual([title, 0])
    }
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true)
  })

  test.each(queries)('$title ($refId): every metric exists, with the labels asked for', ({ expr, legendFormat }) => {
    const selectors = [...expr.matchAll(/\b([a-z]+_[a-z_]+)(?:\{([^}]*)\})?(?=[[)\s]|$)/g)]
    expect(selectors.length).toBeGreaterThan(0)
    for (const [, name = '', matchers = ''] of selectors) {
      if (name === 'histogram_quantile') continue
      const metric = metrics.find(each => seriesOf(each).includes(name))
      expect([name, metric?.name]).not.toEqual([name, undefined])
      const asked = [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label ?? '')
      const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', '))
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? '')
      for (const label of [...asked, ...grouped, ...shown]) expect([...(metric?.labels ?? []), 'le']).toContain(label)
    }
  })

  test.each(queries)('$title ($refId): rates are of counters, and only of those', ({ expr }) => {
    const rated = [...expr.matchAll(/\b(?:rate|increase)\(([a-z_]+)/g)].map(([, name = '']) => name)
    const all = [...expr.matchAll(/\blonghold_[a-z_]+/g)].map(([name]) => name)
    for (const name of all) {
      const metric = metrics.find(each => seriesOf(each).includes(name))
      expect([name, rated.includes(name)]).toEqual([name, metric?.type !== 'gauge'])
    }
  })

  test('Prometheus understands every query', () => {
    const rules = queries.map(({ expr }, i) => ({ record: `q:${i}`, expr: expr.replaceAll('$window', '1h') }))
    const path = join(mkdtempSync(join(tmpdir(), 'longhold-rules-')), 'rules.yaml')
    writeFileSync(path, JSON.stringify({ groups: [{ name: file, rules }] })) // JSON is YAML
    const said = execFileSync('promtool', ['check', 'rules', path], { encoding: 'utf8', stdio: 'pipe' })
    rmSync(dirname(path), { recursive: true })
    expect(said).toContain('SUCCESS')
  })
})

function seriesOf({ name, type }: (typeof metrics)[number]): string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
}
