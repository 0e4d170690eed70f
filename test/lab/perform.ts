import { mkdirSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { captures } from './cluster/captures.ts'
import { type Cluster, cluster } from './cluster/cluster.ts'
import type { Happening } from './events.ts'
import { longestStall } from './inconclusive.ts'
import { judge } from './proof.ts'
import type { Scenario } from './scenario.ts'
import type { Incident, Look, Mode, Moment, Seen } from './seen/incident.ts'
import { writeIncident } from './seen/incident-files.ts'
import { sightings } from './seen/sightings.ts'
import { sightOfRun } from './seen/sight.ts'
import { labOn, NotSeen } from './stage.ts'
import { closedAgain, isHealed, untilClosed, untilJudged } from './watched.ts'

export interface Performance {
  readonly scenario: Scenario
  readonly mode: Mode
  /** False: nothing is broken and nothing forgotten, and the proofs should fail. */
  readonly staged: boolean
  /** longhold judges what it sees; the run goes on until it has judged all of it. */
  readonly diagnosed: boolean
  /** Where the incident goes. */
  readonly results?: string
  /** Packets are captured into `results` too. */
  readonly capture: boolean
  readonly tell: (happening: Happening) => void
  readonly signal: AbortSignal
  /** Called with the cluster before it goes, so that somebody can look around. */
  readonly linger?: (cluster: Cluster) => Promise<void>
}

/** Where everything goes that a run needs; a tmpfs of its own (sandbox.ts). */
const folder = '/run/lab'

/** Plays one scenario, in a sandbox of its own. Resolves to whether every proof held. */
export async function perform({
  scenario,
  mode,
  staged,
  diagnosed,
  results,
  capture,
  tell,
  signal,
  linger,
}: Performance): Promise<boolean> {
  const began = performance.now()
  const ms = () => Math.round(performance.now() - began)
  const moments: Moment[] = []
  const looks: Look[] = []
  mkdirSync(folder, { recursive: true })
  tell({ event: 'begins' })

  const says = (text: string) => tell({ event: 'tells', kind: 'says', text, ms: ms() })
  const probes = [...scenario.probes, ...((diagnosed ? scenario.remedy?.probes : undefined) ?? [])]
  const made = await cluster({
    mode,
    cluster: scenario.cluster,
    probes,
    diagnosed,
    staged,
    folder,
    says,
  })
  const stopCapture = capture && results !== undefined ? await captures(results) : undefined
  const begun = Date.now()
  moments.push({ name: 'started', says: 'servers run', from: begun, at: begun })
  looks.push(await made.look('started'))
  await made.startClient()
  const stopWatching = watch(made, seen => {
    for (const each of sightings(seen)) tell({ event: 'sees', ...each, ms: ms() })
  })

  let reason: string | undefined
  const clients = [scenario.cluster.client ?? []].flat().length || 1
  const each = probes.reduce((sum, probe) => sum + (Number(probe['connections'] ?? 0) || 0), 0)
  const lab = labOn({
    cluster: made,
    connections: clients * each,
    staged,
    moments,
    looks,
    signal,
    tell: each => tell({ event: 'tells', ...each, ms: ms() }),
  })
  try {
    await scenario.stage(lab)
  } catch (error) {
    if (signal.aborted) throw error
    reason = error instanceof NotSeen ? error.message : `the staging failed: ${String(error)}${printed(made)}`
  }
  await sleep(60) // a journal's lines are with the kernel some 20 ms later
  const ended = Date.now()
  moments.push({ name: 'ended', says: 'all is seen', from: ended, at: ended })
  looks.push(await made.look('ended'))
  if (diagnosed) {
    await untilJudged(made, signal)
    const { remedy } = scenario
    if (reason === undefined && remedy) await lab.remedies(remedy.says, () => remedy.work(lab))
    if (isHealed({ moments })) await untilClosed(made, signal)
  }
  stopWatching()
  await stopCapture?.()

  const over = Date.now()
  const observations = made.journals.read().filter(({ at }) => at <= over)
  const incident: Incident = {
    format: 1,
    scenario: scenario.name,
    mode,
    kernel: release(),
    moments,
    observations,
    looks,
  }
  const sight = sightOfRun(incident)
  const judged = scenario.proofs.map(proof => judge(proof, sight))
  if (diagnosed && isHealed(incident)) judged.push(closedAgain(incident))
  for (const each of judged) tell({ event: 'judges', ...each })
  const passed = reason === undefined && judged.every(({ holds }) => holds)
  if (results !== undefined) {
    writeIncident(results, incident)
    if (!passed) writeFileSync(join(results, 'printed.txt'), printed(made))
  }
  tell({
    event: 'ends',
    passed,
    ms: ms(),
    stalledMs: longestStall(incident),
    ...(reason !== undefined && { reason }),
    ...(results !== undefined && { incident: results }),
  })
  await linger?.(made)
  return passed
}

/** Hands over what is new every half second, for people. */
function watch(made: Cluster, onNews: (seen: readonly Seen[]) => void): () => void {
  const told = new Set<Seen>()
  const look = () => {
    const news = made.journals.read().filter(each => !told.has(each))
    for (const each of news) told.add(each)
    if (news.length > 0) onNews(news)
  }
  const timer = setInterval(look, 500)
  return () => {
    look()
    clearInterval(timer)
  }
}

const printed = ({ halves }: Cluster) =>
  halves.map(({ place, half, printed }) => `\n== longhold ${half} in ${place} ==\n${printed()}`).join('')
