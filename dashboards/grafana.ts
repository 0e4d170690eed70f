import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import { GraphDrawStyle } from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap'
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as table from '@grafana/grafana-foundation-sdk/table'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import { type Board, of, type Panel, type Query } from './board.ts'

const datasource = { type: 'prometheus', uid: '${datasource}' }
const tag = 'longhold'

/** A board as Grafana imports it: the data source is a variable, panels have ids for good, and every board leads to the others. */
export function grafana({ name, title, description, rows }: Board): dashboard.Dashboard {
  const made = new dashboard.DashboardBuilder(title)
    .uid(`longhold-${name}`)
    .description(description)
    .tags([tag])
    .editable()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .refresh('1m')
    .time({ from: 'now-24h', to: 'now' })
    .timezone('browser')
    .variables(variables())
    .annotations(annotations())
    .link(
      new dashboard.DashboardLinkBuilder('longhold')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
  let id = 1
  for (const row of rows) {
    made.withRow(new dashboard.RowBuilder(row.title).id(id++))
    for (const panel of row.panels) made.withPanel(drawn(panel, id++))
  }
  return made.build()
}

function variables() {
  const labels = [
    ['cluster', 'longhold_build_info'],
    ['namespace', 'longhold_build_info{cluster=~"$cluster"}'],
    ['node', 'longhold_build_info{cluster=~"$cluster",namespace=~"$namespace"}'],
    ['cohort', 'longhold_connections_open{cluster=~"$cluster",namespace=~"$namespace"}'],
  ] as const
  return [
    new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    ...labels.map(([label, series]) =>
      new dashboard.QueryVariableBuilder(label)
        .label(label)
        .datasource(datasource)
        .query(`label_values(${series}, ${label})`)
        .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
        .sort(dashboard.VariableSort.AlphabeticalAsc)
        .multi(true)
        .includeAll(true)
        .allValue('.*') // also where the label is not there
        .current({ text: ['All'], value: ['$__all'] }),
    ),
  ]
}

const mark = (name: string, expr: string, color: string, titleFormat: string) =>
  new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .step('1m')
    .titleFormat(titleFormat)

/** Lines across every panel: verdicts as they open, and rollouts, which explain much. */
function annotations() {
  return [
    mark(
      'Verdicts',
      `sum by (verdict) (increase(${of('longhold_verdicts_total')}[1m])) > 0`,
      'red',
      'longhold names {{verdict}}',
    ),
    mark(
      'Rollouts',
      `sum by (cohort) (increase(${of('longhold_connection_ends_total', 'side="client",planned="true"')}[1m])) > 0`,
      'blue',
      'planned: servers of {{cohort}} said goodbye',
    ),
  ]
}

function drawn(panel: Panel, id: number) {
  const { kind, queries } = panel
  if (kind === 'stat') return framed(new stat.PanelBuilder(), panel, id).targets(queries.map(instant))
  if (kind === 'table')
    return framed(new table.PanelBuilder(), panel, id)
      .targets(queries.map((query, at) => instant(query, at).format(prometheus.PromQueryFormat.Table)))
      .withTransformation({ id: 'organize', options: { excludeByName: hidden } })
  if (kind === 'heatmap')
    return framed(new heatmap.PanelBuilder(), panel, id)
      .targets(queries.map((query, at) => over(query, at).format(prometheus.PromQueryFormat.Heatmap)))
      .yAxis(new heatmap.YAxisConfigBuilder().unit(panel.unit))
      .color(new heatmap.HeatmapColorOptionsBuilder().scheme('Oranges').steps(64))
      .cellGap(1)
  return framed(new timeseries.PanelBuilder(), panel, id)
    .targets(queries.map(over))
    .drawStyle(kind === 'bars' ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .fillOpacity(kind === 'bars' ? 60 : 0)
    .min(0)
}

/** Columns of a table that say nothing to people. */
const hidden = { Time: true, __name__: true, endpoint: true, prometheus: true, container: true, service: true }

/** What the builders of all kinds of panels have in common. */
interface Frame<Self> {
  id(id: number): Self
  title(title: string): Self
  description(description: string): Self
  datasource(ref: { type: string; uid: string }): Self
  unit(unit: string): Self
  noValue(text: string): Self
  span(width: number): Self
  height(height: number): Self
  decimals(decimals: number): Self
  thresholds(thresholds: Builder<dashboard.ThresholdsConfig>): Self
  dataLinks(links: Builder<dashboard.DashboardLink>[]): Self
  targets(targets: Builder<Dataquery>[]): Self
}

function framed<Self extends Frame<Self>>(builder: Self, panel: Panel, id: number): Self {
  const { title, description, unit, noData, width, height = 8, decimals, alarmAt, link } = panel
  const steps = [{ value: null, color: 'green' }, ...(alarmAt === undefined ? [] : [{ value: alarmAt, color: 'red' }])]
  builder
    .id(id)
    .title(title)
    .description(description)
    .datasource(datasource)
    .unit(unit)
    .noValue(noData)
    .span(width)
    .height(height)
    .thresholds(new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(steps))
  if (decimals !== undefined) builder.decimals(decimals)
  if (link)
    builder.dataLinks([
      new dashboard.DashboardLinkBuilder(link.title)
        .url(link.url)
        .type(dashboard.DashboardLinkType.Link)
        .targetBlank(true),
    ])
  return builder
}

const asked = ({ expr, legend }: Query, at: number) =>
  new prometheus.DataqueryBuilder()
    .datasource(datasource)
    .expr(expr)
    .legendFormat(legend)
    .refId(String.fromCharCode(65 + at)) // A, B, ...
const instant = (query: Query, at: number) => asked(query, at).instant()
const over = (query: Query, at: number) => asked(query, at).range()
