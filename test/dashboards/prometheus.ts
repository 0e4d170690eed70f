import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.ts'

/** Debian's Prometheus, scraping every second, with our alerts. */
export interface Prometheus extends AsyncDisposable {
  /** The labels of every series that answers, each with a value at some moment of the last `seconds`. */
  series(expr: string, seconds: number): Promise<readonly Record<string, string>[]>
  /** The labels of every exemplar of the last `seconds`. */
  exemplars(selector: string): Promise<readonly Record<string, string>[]>
}

interface Target {
  readonly port: number
  readonly path: string
}

export async function prometheus(targets: readonly Target[]): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'longhold-prometheus-'))
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [fileURLToPath(new URL('../../k8s/alerts/longhold.rules.yaml', import.meta.url))],
    scrape_configs: [
      {
        job_name: 'longhold',
        static_configs: targets.map(({ port, path }) => ({
          targets: [`127.0.0.1:${port}`],
          labels: { __metrics_path__: path, instance: path.slice(1), namespace: 'lab', node: 'nodea' },
        })),
      },
    ],
  }
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config)) // JSON is YAML
  const listen = `127.0.0.1:${await freePort()}`
  const running = spawn(
    'prometheus',
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${listen}`,
      '--log.level=error',
      '--enable-feature=exemplar-storage',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let complaint = ''
  running.stderr.on('data', (text: Buffer) => (complaint += text.toString()))
  const isReady = () =>
    fetch(`http://${listen}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isReady())) {
    if (running.exitCode !== null) throw new Error(`Prometheus does not start: ${complaint}`)
    await sleep(100)
  }
  async function ask<T>(path: string, query: string, seconds: number): Promise<T> {
    const end = Date.now() / 1000
    const asked = new URLSearchParams({ query, start: String(end - seconds), end: String(end), step: '1' })
    const answer = await fetch(`http://${listen}/api/v1/${path}?${asked.toString()}`)
    const { data, error } = (await answer.json()) as { data?: T; error?: string }
    if (data === undefined) throw new Error(`${query}: ${error ?? 'no answer'}`)
    return data
  }
  return {
    async series(expr, seconds) {
      const { result } = await ask<{ result: { metric: Record<string, string> }[] }>('query_range', expr, seconds)
      return result.map(({ metric }) => metric)
    },
    /** Of all times: those of a recorded run are as old as the recording. */
    async exemplars(selector) {
      type Found = { exemplars: { labels: Record<string, string> }[] }[]
      const found = await ask<Found>('query_exemplars', selector, Date.now() / 1000)
      return found.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels))
    },
    async [Symbol.asyncDispose]() {
      running.kill('SIGTERM')
      if (running.exitCode === null) await once(running, 'exit')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An expression with Grafana's variables filled in, all of them at "All". */
export const asPrometheusSees = (expr: string): string =>
  expr
    .replaceAll('$__rate_interval', '10s')
    .replaceAll('$__range', '40s')
    .replaceAll(/\$(cluster|namespace|node|cohort)\b/g, '.*')
