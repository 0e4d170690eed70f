import { readFileSync, writeFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'

// `npm run alerts`: the rule file as a PrometheusRule, for the Prometheus operator.
const at = (file: string) => new URL(file, import.meta.url)
const { groups } = parse(readFileSync(at('longhold.rules.yaml'), 'utf8')) as { groups: unknown }
const rule = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'longhold', labels: { 'app.kubernetes.io/part-of': 'longhold' } },
  spec: { groups },
}
const head = '# Written by "npm run alerts" from longhold.rules.yaml; not by hand.\n'
writeFileSync(at('prometheusrule.yaml'), head + stringify(rule, { lineWidth: 0 }))
