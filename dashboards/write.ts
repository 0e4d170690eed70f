import { writeFileSync } from 'node:fs'
import { boards } from './boards.ts'
import { grafana } from './grafana.ts'

// `npm run dashboards`: each board as the JSON that Grafana imports.
for (const board of boards)
  writeFileSync(new URL(`${board.name}.json`, import.meta.url), `${JSON.stringify(grafana(board), null, 2)}\n`)
