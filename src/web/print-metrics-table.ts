import { metricsTable } from './metrics.ts'

process.stdout.write(`${metricsTable()}\n`)
