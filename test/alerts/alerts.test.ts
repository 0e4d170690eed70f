import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { everySeries } from '../series.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url?: string }
}
interface Case {
  readonly eval_time: string
  readonly alertname: string
  readonly exp_alerts?: readonly object[]
}

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url))
const read = (file: string): unknown => parse(readFileSync(path(file), 'utf8'))
const { groups } = read('../../k8s/alerts/longhold.rules.yaml') as { groups: { rules: Rule[] }[] }
const rules = groups.flatMap(each => each.rules)
const { tests } = read('longhold.test.yaml') as { tests: { alert_rule_test: Case[] }[] }
const promtool = (...args: string[]) => execFileSync('promtool', args, { encoding: 'utf8', stdio: 'pipe' })

test('Prometheus understands every rule', () => {
  expect(promtool('check', 'rules', path('../../k8s/alerts/longhold.rules.yaml'))).toContain(`${rules.length} rules`)
})

test('each fires, stays silent, and is over again, as promtool sees it', () => {
  expect(promtool('test', 'rules', path('longhold.test.yaml'))).toContain('SUCCESS')
})

describe.each(rules)('$alert', ({ alert, expr, labels, annotations }) => {
  const cases = tests.flatMap(({ alert_rule_test: all }) => all.filter(({ alertname }) => alertname === alert))

  test('has a case in which it fires, and one in which it does not', () => {
    expect(cases.some(each => (each.exp_alerts ?? []).length > 0)).toBe(true)
    expect(cases.some(each => (each.exp_alerts ?? []).length === 0)).toBe(true)
  })

  test('asks for metrics that exist', () => {
    const known = everySeries()
    const asked = [...expr.matchAll(/\blonghold_[a-z_]+/g)].map(([name]) => name)
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter(name => !known.has(name))).toEqual([])
  })

  test('says how bad it is, numbers or names, and what to do', () => {
    expect(['critical', 'warning', 'info']).toContain(labels.severity)
    expect(annotations.summary.length).toBeGreaterThan(15)
    expect(annotations.description.length).toBeGreaterThan(40)
  })
})

test('what the Prometheus operator gets is the same', () => {
  const { spec } = read('../../k8s/alerts/prometheusrule.yaml') as { spec: unknown }
  expect(spec).toEqual({ groups })
})
