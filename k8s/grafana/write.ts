import { writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { boards } from '../../dashboards/boards.ts'
import { grafana } from '../../dashboards/grafana.ts'

// `npm run dashboards`: each board as a ConfigMap. Written, because kustomize reads no file from outside its folder.
const maps = boards.map(board =>
  stringify(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `longhold-${board.name}`,
        labels: { 'app.kubernetes.io/part-of': 'longhold', grafana_dashboard: '1' },
      },
      data: { [`longhold-${board.name}.json`]: JSON.stringify(grafana(board), null, 2) },
    },
    { lineWidth: 0 },
  ),
)
const head = '# Written by "npm run dashboards"; not by hand.\n'
writeFileSync(new URL('dashboards.yaml', import.meta.url), head + maps.join('---\n'))
